/*
 * The referee of ring 3: executes cases on this very processor, in a 32-bit process.
 *
 *     ring3 BATCH NOTES
 *
 * BATCH and NOTES are files in the format of arena.asm (see arena.ts), of which this takes the second range: it is mapped
 * where the case has it, from 1 MB on. A case ends with a signal, whose context is what is noted:
 *
 *   length, vector (0xfffd: it ran away), eax ecx edx ebx esp ebp esi edi, eflags, cs ss ds es fs gs, eip, error code, cr2,
 *   the FXSAVE area, changes, address and value of each
 *
 * With CR0.PG the pages that the world's page tables leave out, or have read-only, are so here too; those of the
 * supervisor cannot be. The LDT is the world's.
 *
 * Nothing in the handler may use thread-local storage: GS is the case's.
 */
#define _GNU_SOURCE
#include <asm/ldt.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <sys/ucontext.h>
#include <unistd.h>

#define LDT 0x101000
#define LDT_SLOTS 16
#define PAGE 4096
#define ABSENT 0x10d000
#define READ_ONLY 0x10c000
#define CR0_PG 0x80000000u
#define AWAY 0xfffd
#define NOTES_BYTES (512u << 20)

/* The state of a case, as in arena.asm. */
struct state {
  uint32_t eax, ecx, edx, ebx, esp, ebp, esi, edi, eip, eflags, cs, ss, ds, es, fs, gs;
  uint32_t cr0, rest[19];
};
struct test {
  uint32_t bytes, patches;
  struct state state;
  uint32_t patch[];
};

static uint8_t *batch, *at;
static uint32_t *notes, *note;
static uint32_t cases_left, first, dwords, ticks;
static const uint32_t *pristine;
static int started, paging;
static ucontext_t home;
static uint8_t home_fpu[1024] __attribute__((aligned(64)));
static uint32_t fpu_bytes;

static long call(long number, long a, long b, long c) {
  long result;
  __asm__ volatile("int $0x80" : "=a"(result) : "0"(number), "b"(a), "c"(b), "d"(c) : "memory");
  return result;
}

static void protect(int on) {
  if (on == paging) return;
  paging = on;
  call(SYS_mprotect, ABSENT, PAGE, on ? PROT_NONE : PROT_READ | PROT_WRITE | PROT_EXEC);
  call(SYS_mprotect, READ_ONLY, PAGE, on ? PROT_READ | PROT_EXEC : PROT_READ | PROT_WRITE | PROT_EXEC);
}

static void note_end(ucontext_t *uc, uint32_t vector) {
  const greg_t *g = uc->uc_mcontext.gregs;
  uint32_t *length = note, *changed;
  const uint32_t *now = (const uint32_t *)first;
  note++;
  *note++ = vector;
  *note++ = g[REG_EAX]; *note++ = g[REG_ECX]; *note++ = g[REG_EDX]; *note++ = g[REG_EBX];
  *note++ = g[REG_UESP]; *note++ = g[REG_EBP]; *note++ = g[REG_ESI]; *note++ = g[REG_EDI];
  *note++ = g[REG_EFL];
  *note++ = g[REG_CS] & 0xffff; *note++ = g[REG_SS] & 0xffff; *note++ = g[REG_DS] & 0xffff; *note++ = g[REG_ES] & 0xffff;
  *note++ = g[REG_FS] & 0xffff; *note++ = g[REG_GS] & 0xffff;
  *note++ = g[REG_EIP]; *note++ = g[REG_ERR]; *note++ = uc->uc_mcontext.cr2;
  const uint32_t *fpu = (const uint32_t *)((uint8_t *)uc->uc_mcontext.fpregs + 112);
  for (uint32_t i = 0; i < 128; i++) *note++ = fpu[i];
  changed = note++;
  *changed = 0;
  for (uint32_t i = 0; i < dwords; i++) {
    /* Pages that are protected have not changed, and the one that is not there cannot be looked at. */
    if (paging && (i & 1023) == 0 && (first + 4 * i == ABSENT || first + 4 * i == READ_ONLY)) {
      i += 1023;
      continue;
    }
    if (now[i] == pristine[i]) continue;
    *note++ = first + 4 * i;
    *note++ = now[i];
    ++*changed;
    ((uint32_t *)first)[i] = pristine[i];
  }
  *length = (uint8_t *)note - (uint8_t *)length;
}

static void begin(ucontext_t *uc) {
  const struct test *test = (const struct test *)at;
  const struct state *s = &test->state;
  const uint32_t *patch = test->patch;
  greg_t *g = uc->uc_mcontext.gregs;
  at += test->bytes;
  for (uint32_t i = 0; i < test->patches; i++) {
    const uint8_t *from = (const uint8_t *)(patch + 2);
    uint8_t *to = (uint8_t *)patch[0];
    uint32_t bytes = patch[1];
    if (patch[0] + bytes > READ_ONLY && patch[0] < ABSENT + PAGE) protect(0);
    for (uint32_t n = 0; n < bytes; n++)
      if ((uint32_t)to + n >= first && (uint32_t)to + n < first + 4 * dwords) to[n] = from[n];
    patch += 2 + (bytes + 3) / 4;
  }
  protect((s->cr0 & CR0_PG) != 0);
  g[REG_EAX] = s->eax; g[REG_ECX] = s->ecx; g[REG_EDX] = s->edx; g[REG_EBX] = s->ebx;
  g[REG_UESP] = g[REG_ESP] = s->esp; g[REG_EBP] = s->ebp; g[REG_ESI] = s->esi; g[REG_EDI] = s->edi;
  g[REG_EIP] = s->eip; g[REG_EFL] = s->eflags;
  g[REG_CS] = s->cs; g[REG_SS] = s->ss; g[REG_DS] = s->ds; g[REG_ES] = s->es; g[REG_FS] = s->fs; g[REG_GS] = s->gs;
  for (uint32_t i = 0; i < fpu_bytes; i++) ((uint8_t *)uc->uc_mcontext.fpregs)[i] = home_fpu[i];
  ticks = 0;
}

static void handle(int number, siginfo_t *info, void *context) {
  ucontext_t *uc = context;
  (void)info;
  /* NT and ID are not among the flags that the way back loads: they are left from the case before. */
  __asm__ volatile("pushl $2\n\tpopfl" : : : "cc", "memory");
  if (number == SIGVTALRM && (!started || ticks++ < 2)) return;
  if (!started) {
    started = 1;
    home = *uc;
    for (uint32_t i = 0; i < fpu_bytes; i++) home_fpu[i] = ((uint8_t *)uc->uc_mcontext.fpregs)[i];
  } else
    note_end(uc, number == SIGVTALRM ? AWAY : (uint32_t)uc->uc_mcontext.gregs[REG_TRAPNO]);
  if (cases_left) {
    cases_left--;
    begin(uc);
    return;
  }
  protect(0);
  for (int i = 0; i < NGREG; i++) uc->uc_mcontext.gregs[i] = home.uc_mcontext.gregs[i];
  uc->uc_mcontext.gregs[REG_EIP] += 2; /* behind the ud2 */
}

static void load_ldt(const uint8_t *world) {
  for (uint32_t i = 0; i < LDT_SLOTS; i++) {
    const uint8_t *d = world + 8 * i;
    uint32_t type = d[5] & 15;
    struct user_desc u = {0};
    if (!(d[5] & 0x10)) continue;
    u.entry_number = i;
    u.base_addr = d[2] | d[3] << 8 | d[4] << 16 | (uint32_t)d[7] << 24;
    u.limit = d[0] | d[1] << 8 | (d[6] & 15) << 16;
    u.seg_32bit = d[6] >> 6 & 1;
    u.contents = type >> 2;
    u.read_exec_only = !(type & 2);
    u.limit_in_pages = d[6] >> 7;
    u.seg_not_present = !(d[5] & 0x80);
    u.useable = d[6] >> 4 & 1;
    if (syscall(SYS_modify_ldt, 0x11, &u, sizeof u)) perror("modify_ldt");
  }
}

static void *file(const char *name, long *bytes) {
  FILE *f = fopen(name, "rb");
  if (!f) exit(2);
  fseek(f, 0, SEEK_END);
  *bytes = ftell(f);
  rewind(f);
  void *data = malloc(*bytes);
  if (fread(data, 1, *bytes, f) != (size_t)*bytes) exit(2);
  fclose(f);
  return data;
}

int main(int count, char **arguments) {
  static uint8_t stack[65536];
  stack_t alternate = {.ss_sp = stack, .ss_size = sizeof stack};
  struct sigaction action = {.sa_sigaction = handle, .sa_flags = SA_SIGINFO | SA_ONSTACK | SA_NODEFER};
  struct itimerval timer = {{0, 50000}, {0, 50000}};
  static const int signals[] = {SIGFPE, SIGILL, SIGSEGV, SIGTRAP, SIGBUS, SIGVTALRM};
  long bytes;
  if (count != 3) return 2;
  batch = file(arguments[1], &bytes);
  const uint32_t *header = (const uint32_t *)batch;
  const uint32_t *range = header + 6 + 3;
  cases_left = header[4];
  at = batch + header[5];
  first = range[0];
  dwords = range[1];
  pristine = (const uint32_t *)(batch + range[2]);
  if (mmap((void *)first, 4 * dwords, PROT_READ | PROT_WRITE | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0) == MAP_FAILED) return 3;
  memcpy((void *)first, pristine, 4 * dwords);
  notes = note = mmap(NULL, NOTES_BYTES, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  if (notes == MAP_FAILED) return 3;
  load_ldt((const uint8_t *)LDT);
  fpu_bytes = 112 + 512;
  sigaltstack(&alternate, NULL);
  for (unsigned i = 0; i < sizeof signals / sizeof *signals; i++) sigaction(signals[i], &action, NULL);
  setitimer(ITIMER_VIRTUAL, &timer, NULL);
  __asm__ volatile("fninit\n\tud2" : : : "memory");
  FILE *out = fopen(arguments[2], "wb");
  fwrite(notes, 1, (uint8_t *)note - (uint8_t *)notes, out);
  fclose(out);
  return 0;
}
