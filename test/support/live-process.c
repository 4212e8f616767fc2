// A process for tests of the collection, with something that an investigator would look for: code in a memfd, memory that can be
// written and run, a file system that stops to answer, a name of control characters, very many descriptors or mappings. Says "ready"
// when it is so.
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <linux/fuse.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>

static void fail(const char *what) {
  perror(what);
  exit(3);
}

static int copy_to_memfd(const char *path) {
  int from = open(path, O_RDONLY), to = memfd_create("planted", MFD_CLOEXEC);
  char buffer[65536];
  ssize_t length;
  if (from < 0 || to < 0) fail("memfd");
  while ((length = read(from, buffer, sizeof buffer)) > 0)
    if (write(to, buffer, length) != length) fail("write");
  return to;
}

static int stopped;

static void on_signal(int signal) {
  (void)signal;
  stopped = 1;
}

static void answer(int fd, unsigned long unique, int error, const void *data, size_t length) {
  struct fuse_out_header head = {.len = sizeof head + length, .error = -error, .unique = unique};
  struct iovec parts[] = {{&head, sizeof head}, {(void *)data, length}};
  if (writev(fd, parts, length > 0 ? 2 : 1) < 0 && errno != ENOENT) fail("answer");
}

static struct fuse_attr attributes(unsigned long node, long size) {
  struct fuse_attr attr = {.ino = node, .nlink = 1, .size = node == 1 ? 0 : size, .blksize = 4096};
  attr.mode = node == 1 ? S_IFDIR | 0755 : S_IFREG | 0755;
  return attr;
}

// Serves one file named "program" below `point` until SIGUSR1 comes: from then on nobody gets an answer.
static void serve(const char *point, const char *path) {
  static char request[1 << 18], content[1 << 22];
  int file = open(path, O_RDONLY), fd = open("/dev/fuse", O_RDWR | O_CLOEXEC);
  long size = read(file, content, sizeof content);
  char options[128];
  snprintf(options, sizeof options, "fd=%d,rootmode=40000,user_id=0,group_id=0", fd);
  if (size <= 0 || fd < 0 || mount("planted", point, "fuse", 0, options)) fail("fuse");
  struct sigaction action = {.sa_handler = on_signal};
  sigaction(SIGUSR1, &action, NULL);
  puts("ready");
  fflush(stdout);
  while (!stopped) {
    ssize_t length = read(fd, request, sizeof request);
    if (length < (ssize_t)sizeof(struct fuse_in_header)) continue;
    struct fuse_in_header *in = (void *)request;
    void *body = in + 1;
    if (in->opcode == FUSE_INIT) {
      struct fuse_init_out out = {.major = 7, .minor = 31, .max_readahead = 65536, .max_write = 65536};
      answer(fd, in->unique, 0, &out, sizeof out);
    } else if (in->opcode == FUSE_LOOKUP) {
      struct fuse_entry_out out = {.nodeid = 2, .attr = attributes(2, size)};
      answer(fd, in->unique, strcmp(body, "program") ? ENOENT : 0, &out, strcmp(body, "program") ? 0 : sizeof out);
    } else if (in->opcode == FUSE_GETATTR) {
      struct fuse_attr_out out = {.attr = attributes(in->nodeid, size)};
      answer(fd, in->unique, 0, &out, sizeof out);
    } else if (in->opcode == FUSE_OPEN) {
      struct fuse_open_out out = {.fh = 1};
      answer(fd, in->unique, 0, &out, sizeof out);
    } else if (in->opcode == FUSE_READ) {
      struct fuse_read_in *want = body;
      long from = want->offset < (unsigned long)size ? (long)want->offset : size;
      long wanted = size - from < want->size ? size - from : want->size;
      answer(fd, in->unique, 0, content + from, wanted);
    } else if (in->opcode == FUSE_FLUSH || in->opcode == FUSE_RELEASE)
      answer(fd, in->unique, 0, NULL, 0);
    else if (in->opcode != FUSE_FORGET && in->opcode != FUSE_BATCH_FORGET && in->opcode != FUSE_INTERRUPT)
      answer(fd, in->unique, ENOSYS, NULL, 0);
  }
  puts("stopped");
  fflush(stdout);
  for (;;) pause();
}

static void memory(void) {
  char *code = mmap(NULL, 8192, PROT_READ | PROT_WRITE | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  // Reserved, and hardly used.
  char *sparse = mmap(NULL, 1L << 36, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  if (code == MAP_FAILED || sparse == MAP_FAILED) fail("mmap");
  for (int at = 0; at < 8; at++) ((long *)code)[at] = 0x90909090 + at;
  strcpy(code + 4096, "PLANTED-CODE");
  strcpy(sparse + (1L << 35), "PLANTED-FAR-AWAY");
}

int main(int count, char **args) {
  const char *mode = count > 1 ? args[1] : "";
  long number = count > 2 ? atol(args[2]) : 0;
  if (strcmp(mode, "memfd") == 0) {
    int fd = copy_to_memfd(args[2]);
    char *with[] = {"planted", args[3], args[4], NULL};
    fexecve(fd, with, (char *[]){NULL});
    fail("fexecve");
  }
  if (strcmp(mode, "serve") == 0) serve(args[2], args[3]);
  if (strcmp(mode, "memory") == 0) memory();
  if (strcmp(mode, "name") == 0) prctl(PR_SET_NAME, "a\x1b[31m\n) R \xff");
  if (strcmp(mode, "descriptors") == 0)
    for (long at = 0; at < number; at++)
      if (dup(0) < 0) fail("dup");
  if (strcmp(mode, "maps") == 0)
    for (long at = 0; at < number; at++)
      if (mmap(NULL, 4096, at & 1 ? PROT_READ : PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0) == MAP_FAILED) fail("mmap");
  puts("ready");
  fflush(stdout);
  for (;;) pause();
}
