// Times open(2) alone: every file of a tree, by one process or by several that share the files out among themselves,
// in as many passes as asked for. In C, so that the measuring costs tens of nanoseconds and not microseconds.
//
//   open-latency DIRECTORY FILES PROCESSES PASSES
//
// The files are DIRECTORY/dNNN/fNNNNN, 100 to a directory. Prints one JSON array, one object a pass, nanoseconds.

#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { path_max = 512, files_max = 1000000, processes_max = 256 };

static int64_t now_ns(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return (int64_t)t.tv_sec * 1000000000 + t.tv_nsec;
}

static _Noreturn void fail(const char *what) {
  fprintf(stderr, "open-latency: %s: %s\n", what, strerror(errno));
  exit(1);
}

static int ascending(const void *a, const void *b) {
  int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;
  return (x > y) - (x < y);
}

static void open_files(char (*paths)[path_max], int64_t *ns, int from, int to) {
  for (int i = from; i < to; i++) {
    int64_t start = now_ns();
    int fd = open(paths[i], O_RDONLY);
    ns[i] = now_ns() - start;
    if (fd < 0) fail(paths[i]);
    close(fd);
  }
}

// All processes stand ready before any of them opens: closing the pipe is the start.
static void pass(char (*paths)[path_max], int64_t *ns, int files, int processes) {
  int gate[2];
  pid_t children[processes_max];
  if (pipe(gate) != 0) fail("pipe");
  for (int p = 0; p < processes; p++) {
    children[p] = fork();
    if (children[p] < 0) fail("fork");
    if (children[p] > 0) continue;
    char end;
    close(gate[1]);
    if (read(gate[0], &end, 1) != 0) fail("read");
    open_files(paths, ns, (int)((int64_t)files * p / processes), (int)((int64_t)files * (p + 1) / processes));
    _exit(0);
  }
  close(gate[0]);
  usleep(20000);
  close(gate[1]);
  int bad = 0;
  for (int p = 0; p < processes; p++) {
    int status = 0;
    if (waitpid(children[p], &status, 0) < 0 || status != 0) bad = 1;
  }
  if (bad) exit(1);
}

int main(int argc, char **argv) {
  if (argc != 5) {
    fprintf(stderr, "usage: open-latency DIRECTORY FILES PROCESSES PASSES\n");
    return 2;
  }
  int files = atoi(argv[2]), processes = atoi(argv[3]), passes = atoi(argv[4]);
  if (files < 1 || files > files_max || processes < 1 || processes > processes_max || passes < 1) {
    fprintf(stderr, "open-latency: a number is out of range\n");
    return 2;
  }
  // Shared and touched beforehand: no page fault is measured.
  int64_t *ns = mmap(NULL, files * sizeof *ns, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS | MAP_POPULATE, -1, 0);
  char(*paths)[path_max] = mmap(NULL, (size_t)files * path_max, PROT_READ | PROT_WRITE,
                                MAP_SHARED | MAP_ANONYMOUS | MAP_POPULATE, -1, 0);
  if (ns == MAP_FAILED || paths == MAP_FAILED) fail("mmap");
  for (int i = 0; i < files; i++) snprintf(paths[i], path_max, "%s/d%03d/f%05d", argv[1], i / 100, i);
  for (int p = 0; p < passes; p++) {
    pass(paths, ns, files, processes);
    qsort(ns, (size_t)files, sizeof *ns, ascending);
    printf("%c{\"p50\":%lld,\"p99\":%lld,\"max\":%lld}", p == 0 ? '[' : ',', (long long)ns[files / 2],
           (long long)ns[(int64_t)files * 99 / 100], (long long)ns[files - 1]);
  }
  printf("]\n");
  return 0;
}
