#!/bin/sh
# The programs that make test-all compares with. `referees.sh` checks that they are here (and installs them when
# it may: Debian or Ubuntu, as root); `referees.sh install` installs them.
packages='qemu-system-x86 qemu-system-arm nasm bochs gdb gcc gcc-multilib clang libunicorn-dev'

missing() {
  for program in qemu-system-i386 qemu-system-arm nasm bochs gdb gcc clang; do
    command -v $program >/dev/null || printf ' %s' $program
  done
  # 32-bit code needs more than the compiler.
  if command -v gcc >/dev/null && ! echo 'int main(void) { return 0; }' | gcc -m32 -x c -o /dev/null - 2>/dev/null; then
    printf ' gcc-multilib'
  fi
  [ -f /usr/include/unicorn/unicorn.h ] || printf ' libunicorn-dev'
}

lacking=$(missing)
[ -z "$lacking" ] && exit 0

if command -v apt-get >/dev/null && [ "$(id -u)" = 0 ]; then
  echo "referees: installing what is missing ($lacking ) ..."
  apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq $packages >/dev/null
  lacking=$(missing)
  [ -z "$lacking" ] && exit 0
fi
echo "make test-all compares trapgate with other programs, and these are missing:$lacking" >&2
echo "On Debian and Ubuntu: sudo make install-deps (packages: $packages)." >&2
echo "make test needs none of them." >&2
exit 1
