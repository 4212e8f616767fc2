/* Makes COUNT connections on the loopback that are reset at once, from PROCESSES processes, as fast as they go. The
   listener accepts and closes. Prints the port, then the number of each process as soon as it is done. */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

static int connect_all(struct sockaddr_in to, long count) {
  struct linger at_once = {1, 0};
  for (long i = 0; i < count; i++) {
    int s = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (s < 0 || connect(s, (struct sockaddr *)&to, sizeof to) != 0) return 1;
    setsockopt(s, SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
    close(s);
  }
  return 0;
}

int main(int argc, char **argv) {
  if (argc != 3) return 2;
  long count = atol(argv[1]), processes = atol(argv[2]);
  struct sockaddr_in to = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
  socklen_t length = sizeof to;
  int listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (bind(listener, (struct sockaddr *)&to, sizeof to) || listen(listener, 4096) ||
      getsockname(listener, (struct sockaddr *)&to, &length))
    return 1;
  printf("%d\n", ntohs(to.sin_port));
  fflush(stdout);
  pid_t server = fork();
  if (server == 0)
    for (;;) {
      int s = accept(listener, NULL, NULL);
      if (s >= 0) close(s);
    }
  for (long p = 0; p < processes; p++)
    if (fork() == 0) _exit(connect_all(to, count / processes));
  int failed = 0;
  for (long done = 0; done < processes;) {
    int status;
    pid_t pid = wait(&status);
    if (pid == server || pid < 0) return 1;
    failed |= status;
    printf("%d\n", pid);
    done++;
  }
  kill(server, 9);
  return failed != 0;
}
