/* Runs a scenario of unicorn-scenario.ts on libunicorn: lines on standard input, what happened on standard output. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unicorn/unicorn.h>

#define PAGE 4096u
#define COMPARED_FLAGS 0xcd5u
#define MOST_ARGUMENTS 4

static uc_engine *uc;
static int hook_type[64];
static int hooks;

static void on_intr(uc_engine *e, uint32_t number, void *data) { printf("intr %u\n", number); }

static bool on_invalid(uc_engine *e, void *data) {
  uint32_t eip;
  printf("invalid\n");
  uc_reg_read(e, UC_X86_REG_EIP, &eip);
  eip += 2;
  uc_reg_write(e, UC_X86_REG_EIP, &eip);
  return true;
}

static uint32_t on_in(uc_engine *e, uint32_t port, int size, void *data) {
  printf("in %x %d\n", port, size);
  return port + 0x12340000;
}

static void on_out(uc_engine *e, uint32_t port, int size, uint32_t value, void *data) {
  printf("out %x %d %x\n", port, size, value);
}

static void on_code(uc_engine *e, uint64_t address, uint32_t size, void *data) {
  bool is_code = *(int *)data == UC_HOOK_CODE;
  unsigned char code[2] = {0, 0};
  printf("%s %x %u\n", is_code ? "code" : "block", (unsigned)address, size);
  uc_mem_read(e, address, code, 2);
  if (is_code && code[0] == 0x66 && code[1] == 0x90) uc_emu_stop(e);
}

static bool on_memory(uc_engine *e, uc_mem_type kind, uint64_t address, int size, int64_t value, void *data) {
  int type = *(int *)data;
  printf("mem %d %x ", kind, (unsigned)address);
  if (kind == UC_MEM_FETCH_UNMAPPED) printf("- %x\n", (unsigned)value);
  else printf("%d %x\n", size, (unsigned)value);
  if (type == UC_HOOK_MEM_PROT) uc_mem_protect(e, address & ~(uint64_t)(PAGE - 1), PAGE, UC_PROT_ALL);
  else if (type & UC_HOOK_MEM_UNMAPPED) uc_mem_map(e, address & ~(uint64_t)(PAGE - 1), PAGE, UC_PROT_ALL);
  return true;
}

static void *callback_of(int type, uint64_t instruction) {
  if (type == UC_HOOK_INTR) return on_intr;
  if (type == UC_HOOK_INSN_INVALID) return on_invalid;
  if (type == UC_HOOK_INSN) return instruction == UC_X86_INS_IN ? (void *)on_in : (void *)on_out;
  if (type == UC_HOOK_CODE || type == UC_HOOK_BLOCK) return on_code;
  return on_memory;
}

static size_t bytes_of(const char *text, unsigned char *bytes) {
  size_t length = strlen(text) / 2;
  for (size_t i = 0; i < length; i++) {
    unsigned byte;
    sscanf(text + 2 * i, "%2x", &byte);
    bytes[i] = (unsigned char)byte;
  }
  return length;
}

static void tell(const char *what, uc_err error) {
  if (error != UC_ERR_OK) printf("%s: error %d\n", what, error);
}

static void registers(void) {
  static const int numbers[] = {UC_X86_REG_EAX, UC_X86_REG_ECX, UC_X86_REG_EDX, UC_X86_REG_EBX, UC_X86_REG_ESP,
                                UC_X86_REG_EBP, UC_X86_REG_ESI, UC_X86_REG_EDI, UC_X86_REG_EIP};
  static const char *const names[] = {"EAX", "ECX", "EDX", "EBX", "ESP", "EBP", "ESI", "EDI", "EIP"};
  uint32_t value;
  for (int i = 0; i < 9; i++) {
    value = 0;
    uc_reg_read(uc, numbers[i], &value);
    printf("%s %x ", names[i], value);
  }
  value = 0;
  uc_reg_read(uc, UC_X86_REG_EFLAGS, &value);
  printf("flags %x\n", value & COMPARED_FLAGS);
}

int main(void) {
  static char line[65536], text[65536];
  static unsigned char bytes[32768];
  while (fgets(line, sizeof line, stdin)) {
    char verb[16], word[MOST_ARGUMENTS][64] = {{0}};
    unsigned long long n[MOST_ARGUMENTS];
    uc_err error;
    text[0] = 0;
    sscanf(line, "%15s %63s %63s %63s %63s", verb, word[0], word[1], word[2], word[3]);
    for (int i = 0; i < MOST_ARGUMENTS; i++) n[i] = strtoull(word[i], NULL, 0);
    if (!strcmp(verb, "mode")) uc_open(UC_ARCH_X86, n[0] == 16 ? UC_MODE_16 : UC_MODE_32, &uc);
    else if (!strcmp(verb, "map")) tell("map", uc_mem_map(uc, n[0], n[1], n[2]));
    else if (!strcmp(verb, "unmap")) tell("unmap", uc_mem_unmap(uc, n[0], n[1]));
    else if (!strcmp(verb, "protect")) tell("protect", uc_mem_protect(uc, n[0], n[1], n[2]));
    else if (!strcmp(verb, "write")) {
      sscanf(line, "%*s %*s %65535s", text);
      tell("write", uc_mem_write(uc, n[0], bytes, bytes_of(text, bytes)));
    } else if (!strcmp(verb, "read")) {
      error = uc_mem_read(uc, n[0], bytes, n[1]);
      tell("read", error);
      if (error) continue;
      printf("read ");
      for (size_t i = 0; i < n[1]; i++) printf("%02x", bytes[i]);
      printf("\n");
    } else if (!strcmp(verb, "reg")) {
      uint64_t value = n[1];
      tell("reg", uc_reg_write(uc, (int)n[0], &value));
    } else if (!strcmp(verb, "show")) {
      memset(bytes, 0, n[1]);
      error = uc_reg_read(uc, (int)n[0], bytes);
      tell("show", error);
      if (error) continue;
      printf("show ");
      for (size_t i = 0; i < n[1]; i++) printf("%02x", bytes[i]);
      printf("\n");
    } else if (!strcmp(verb, "hook")) {
      uc_hook handle;
      hook_type[hooks] = (int)n[0];
      tell("hook", uc_hook_add(uc, &handle, (int)n[0], callback_of((int)n[0], n[3]), &hook_type[hooks], n[1], n[2],
                               (int)n[3]));
      hooks++;
    } else if (!strcmp(verb, "start")) {
      error = uc_emu_start(uc, n[0], n[1], n[2], n[3]);
      tell("start", error);
      if (!error) printf("start: ok\n");
    } else if (!strcmp(verb, "regs")) registers();
  }
  return 0;
}
