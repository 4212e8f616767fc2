/* Starts a program many times, at a rate or as fast as it goes: PROGRAM TAG COUNT RATE (0: as fast as it goes).
   The arguments of each run are TAG, its number, and one with a blank. Tells wall and processor time, its own and the
   programs', as JSON: what starting costs, with everything that observers add in the kernel. */
#define _GNU_SOURCE
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>

static double now(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return t.tv_sec + t.tv_nsec / 1e9;
}

static double used(int who) {
  struct rusage r;
  getrusage(who, &r);
  return (r.ru_utime.tv_sec + r.ru_stime.tv_sec) * 1e6 + r.ru_utime.tv_usec + r.ru_stime.tv_usec;
}

int main(int argc, char **argv) {
  if (argc != 5) return 2;
  char *program = argv[1], *tag = argv[2];
  long count = atol(argv[3]);
  double rate = atof(argv[4]), start = now();
  char *const empty[] = {NULL};
  for (long i = 0; i < count; i++) {
    char number[24];
    snprintf(number, sizeof number, "%ld", i);
    char *const args[] = {program, tag, number, "--config=/etc/some where.conf", NULL};
    pid_t pid;
    if (posix_spawn(&pid, program, NULL, NULL, args, empty) != 0) return 1;
    if (waitpid(pid, NULL, 0) != pid) return 1;
    if (rate <= 0) continue;
    double wait = start + (i + 1) / rate - now();
    if (wait <= 0) continue;
    struct timespec t = {(time_t)wait, (long)((wait - (time_t)wait) * 1e9)};
    nanosleep(&t, NULL);
  }
  printf("{\"wallMs\":%.1f,\"cpuUs\":%.0f}\n", (now() - start) * 1e3, used(RUSAGE_SELF) + used(RUSAGE_CHILDREN));
  return 0;
}
