# Everything here needs Node 20 or newer, npm and make; nothing else (but see install-deps).
# Real dependencies: what is up to date is not made again.

.DELETE_ON_ERROR:
.DEFAULT_GOAL := help
.PHONY: explore run build core core-quick guest test test-all conformance conformance-freeze conformance-causes soak bench bench-asm lint format picture clean help install-deps

bin := node_modules/.bin
installed := node_modules/.installed

files = $(shell find $(1) -type f -not -path '*/generated/*' 2>/dev/null)
isa := $(call files,emu/isa)
core := $(call files,emu/core)
builders := $(call files,emu/build)
hosts := $(call files,emu/machine emu/debug emu/trace emu/testing emu/cli devices asm) $(wildcard emu/*.ts)
assembler := $(call files,asm)
guest := $(call files,guest)

trapgate := node dist/trapgate.js
kernel := dist/guest/kernel.elf
programs := dist/guest/programs.cpio
bios := dist/guest/bios.bin
image := emu/core/generated/image.ts

# What a rule makes besides its target: when that is gone, the rule runs again.
unless_there = $(if $(wildcard $(1)),,remake)
.PHONY: remake

## make run                 boot the kernel to its shell (without a terminal: run its tour)
run: build
	@if [ -t 0 ] && [ -t 1 ]; then $(trapgate) run $(kernel) -initrd $(programs); \
	else $(trapgate) run $(kernel) -initrd $(programs) --tour; fi

## make build               everything that is run or imported, in dist/
build: dist/trapgate.js $(kernel)

## make core                the processor: emu/isa and emu/core to WebAssembly
core: build/core.stamp

## make core-quick          the same, built faster and running slower, for development
core-quick: build/tools/core.js
	@rm -f build/core.stamp
	@node build/tools/core.js --quick

## make guest               the kernel and its programs
guest: $(kernel)

## make test                lint, types and every test that needs no other emulator
test: build lint
	@$(bin)/vitest run -c test/vitest.config.ts

## make test-all            ... and those that compare with QEMU, Bochs, NASM, gdb and gcc
test-all: build lint
	@sh emu/build/referees.sh
	@TRAPGATE_REFEREES=1 $(bin)/vitest run -c test/vitest.config.ts

## make conformance         random programs here and on Bochs, QEMU and this processor, until they differ (CONFORMANCE=10000000)
conformance: build/tools/differential.js
	@node build/tools/differential.js --instructions $(or $(CONFORMANCE),10000000)

## make conformance-freeze  write anew the slice of it that make test runs
conformance-freeze: build/tools/differential.js
	@node build/tools/differential.js --freeze

## make conformance-causes  which places in the core that raise an exception the checked-in cases come to
conformance-causes: build/tools/causes.js
	@node build/tools/causes.js

## make soak                ten million random port accesses, and ten million interrupts of the kernel (SOAK=1000000 for fewer)
soak: build
	@TRAPGATE_SOAK=$(or $(SOAK),10000000) $(bin)/vitest run -c test/vitest.config.ts test/fuzz/port-storm.spec.ts test/kernel/soak.spec.ts

## make explore             another interrupt, and an NMI, before every instruction of the kernel's interrupt paths; half an hour
explore: build
	@TRAPGATE_EXPLORE=1 $(bin)/vitest run -c test/vitest.config.ts test/kernel/interleaving.spec.ts

## make bench               compute and trap guests on trapgate and on v86, side by side
bench: build/tools/bench.js build
	@node build/tools/bench.js $(BENCH)

## make bench-asm           the assembler on 20,000 lines, beside NASM if it is installed
bench-asm: build/tools/bench-asm.js
	@node build/tools/bench-asm.js

## make lint                biome and the TypeScript compiler
lint: $(installed) build/core.stamp
	@$(bin)/biome check --error-on-warnings
	@$(bin)/tsc -p tsconfig.json

## make format              let biome rewrite what it can
format: $(installed)
	@$(bin)/biome check --write

## make picture             the pictures in README and docs, from real sessions
picture: build/tools/picture.js build/tools/stepper-picture.js build
	@node build/tools/picture.js
	@node build/tools/stepper-picture.js

## make clean               remove everything that was built
clean:
	rm -rf build dist emu/core/generated

## make install-deps        (Debian, Ubuntu; root) what test-all compares with
install-deps:
	@sh emu/build/referees.sh install

help:
	@sed -n 's/^## //p' Makefile

# ---- how

# The stamp is a copy of the lock file: a checkout that only touches it installs nothing.
$(installed): package-lock.json
	@node -e 'process.exit(process.versions.node.split(".")[0] >= 20 ? 0 : 1)' || \
	  { echo "trapgate needs Node 20 or newer; this is $$(node --version)"; exit 1; }
	@if cmp -s package-lock.json $@; then touch $@; else \
	  echo "npm: installing what package-lock.json lists ..."; npm ci --loglevel=error && cp package-lock.json $@; fi

# A build program is TypeScript: bundled, then run by node.
# Constants are put in where they are used (--minify-syntax), as in dist.
bundled = $(bin)/esbuild $< --bundle --minify-syntax --platform=node --format=esm --packages=external --log-level=warning --outfile=$@

build/tools/core.js: emu/build/core.ts $(builders) $(isa) emu/core/layout.ts $(installed)
	@$(bundled)

build/tools/bundle.js: emu/build/bundle.ts $(builders) $(installed)
	@$(bundled)

build/tools/picture.js: emu/build/picture.ts $(builders) $(installed)
	@$(bundled)

build/tools/stepper-picture.js: emu/build/stepper-picture.ts $(builders) $(hosts) build/core.stamp $(installed)
	@$(bundled)

build/tools/guest.js: emu/build/guest.ts $(builders) $(assembler) devices/vga-font.ts $(installed)
	@$(bundled)

build/tools/bench.js: test/bench/main.ts $(call files,test/bench) $(hosts) build/core.stamp
	@$(bundled)

build/tools/bench-asm.js: test/bench/assembler.ts $(assembler) $(installed)
	@$(bundled)

build/tools/conformance.js: test/conformance/main.ts $(call files,test/conformance) $(hosts) build/core.stamp
	@$(bundled)

build/tools/differential.js: test/conformance/differential/main.ts $(call files,test/conformance) $(hosts) build/core.stamp
	@$(bundled)

build/tools/causes.js: test/conformance/differential/causes-main.ts $(call files,test/conformance) $(hosts) build/core.stamp
	@$(bundled)

build/core.stamp: build/tools/core.js $(core) $(call unless_there,$(image))
	@node build/tools/core.js
	@touch $@

dist/trapgate.js: build/tools/bundle.js $(hosts) build/core.stamp
	@node build/tools/bundle.js

$(kernel): build/tools/guest.js $(guest) $(call unless_there,$(programs)) $(call unless_there,$(bios))
	@node build/tools/guest.js
	@touch $@
