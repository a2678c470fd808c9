/*
 * The referee of the floating-point cases: executes single instructions on this very processor.
 *
 * Reads records from standard input until it ends, and writes one for each to standard output:
 *
 *   bytes 0 to 127    the length of one instruction or several, then their bytes (out: the signal it ended in, or 0)
 *   128 to 159        eax ecx edx ebx eflags esi edi and four unused bytes
 *   160 to 671        the FXSAVE area
 *   672 to 799        memory, which the instruction finds at MEMORY
 *
 * Built as a static 32-bit program, so that addresses and encodings are those of the guest.
 */
#define _GNU_SOURCE
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/ucontext.h>

#define CODE 0x200000
#define MEMORY 0x10a000

struct record {
  uint8_t code[128];
  uint32_t eax, ecx, edx, ebx, eflags, esi, edi, unused;
  uint8_t area[512];
  uint8_t memory[128];
};

static struct record r __attribute__((aligned(16)));
static uint8_t area[512] __attribute__((aligned(16)));
static volatile int caught;

static void *page(uintptr_t at, int protection) {
  return mmap((void *)at, 4096, protection, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0);
}

/* Go on behind the instruction, with SSE exceptions masked so that the way out raises none. */
static void handle(int number, siginfo_t *info, void *context) {
  ucontext_t *uc = context;
  uint32_t *mxcsr = (uint32_t *)((uint8_t *)uc->uc_mcontext.fpregs + 112 + 24);
  (void)info;
  caught = number;
  *mxcsr |= 0x1f80;
  uc->uc_mcontext.gregs[REG_EIP] = CODE + r.code[0];
}

static void execute(void) {
  __asm__ volatile(
      "pushal\n\t"
      "fxrstor area\n\t"
      "pushl 16+%[r]\n\tpopfl\n\t"
      "movl 0+%[r], %%eax\n\tmovl 4+%[r], %%ecx\n\tmovl 8+%[r], %%edx\n\tmovl 12+%[r], %%ebx\n\t"
      "movl 20+%[r], %%esi\n\tmovl 24+%[r], %%edi\n\t"
      "call *%[code]\n\t"
      "movl %%eax, 0+%[r]\n\tmovl %%ecx, 4+%[r]\n\tmovl %%edx, 8+%[r]\n\tmovl %%ebx, 12+%[r]\n\t"
      "movl %%esi, 20+%[r]\n\tmovl %%edi, 24+%[r]\n\t"
      "pushfl\n\tpopl 16+%[r]\n\t"
      "fxsave area\n\t"
      "fninit\n\t"
      "popal\n\t"
      : [r] "+m"(r.eax)
      : [code] "m"(*(uint32_t *)(CODE + 2048))
      : "memory", "cc");
}

int main(void) {
  uint8_t stack[65536];
  stack_t alternate = {.ss_sp = stack, .ss_size = sizeof stack};
  struct sigaction action = {.sa_sigaction = handle, .sa_flags = SA_SIGINFO | SA_ONSTACK};
  uint32_t usual = 0x1f80;
  static char output[1 << 20];
  page(CODE, PROT_READ | PROT_WRITE | PROT_EXEC);
  page(MEMORY, PROT_READ | PROT_WRITE);
  sigaltstack(&alternate, NULL);
  sigaction(SIGFPE, &action, NULL);
  sigaction(SIGILL, &action, NULL);
  sigaction(SIGSEGV, &action, NULL);
  setvbuf(stdout, output, _IOFBF, sizeof output);
  *(uint32_t *)(CODE + 2048) = CODE;
  while (fread(&r, sizeof r, 1, stdin) == 1) {
    memcpy((void *)CODE, r.code + 1, r.code[0]);
    ((uint8_t *)CODE)[r.code[0]] = 0xc3;
    memcpy((void *)MEMORY, r.memory, sizeof r.memory);
    memcpy(area, r.area, sizeof area);
    uint32_t masks = *(uint32_t *)(r.area + 24) & 0x1f80;
    caught = 0;
    execute();
    __asm__ volatile("ldmxcsr %0" : : "m"(usual));
    memcpy(r.area, area, sizeof area);
    *(uint32_t *)(r.area + 24) = (*(uint32_t *)(r.area + 24) & ~0x1f80) | masks;
    memcpy(r.memory, (void *)MEMORY, sizeof r.memory);
    r.code[0] = caught;
    fwrite(&r, sizeof r, 1, stdout);
  }
  return 0;
}
