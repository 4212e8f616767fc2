// Runs single instructions on the real processor: reads lines "HEX EAX ECX EDX FLAGS" (hexadecimal), prints the four after
// each. Arithmetic encodings without REX mean the same in 64-bit mode.
#define _GNU_SOURCE
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>

int main(void) {
  unsigned char *code = mmap(0, 4096, PROT_READ | PROT_WRITE | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  char hex[64];
  uint64_t a, c, d, flags;
  if (code == MAP_FAILED) return 1;
  while (scanf("%63s %lx %lx %lx %lx", hex, &a, &c, &d, &flags) == 5) {
    int length = 0;
    for (const char *at = hex; at[0] && at[1]; at += 2) {
      unsigned byte;
      sscanf(at, "%2x", &byte);
      code[length++] = (unsigned char)byte;
    }
    code[length] = 0xc3;
    __asm__ volatile("pushq %3\n\tpopfq\n\tcall *%4\n\tpushfq\n\tpopq %3\n\tcld"
                     : "+a"(a), "+c"(c), "+d"(d), "+r"(flags)
                     : "r"(code)
                     : "memory", "cc");
    printf("%x %x %x %x\n", (uint32_t)a, (uint32_t)c, (uint32_t)d, (uint32_t)flags);
  }
  return 0;
}
