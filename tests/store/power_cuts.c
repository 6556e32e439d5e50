/* Records what a process does to the files of one folder, so that power_cuts.py can make the
   disks that a power cut could have left. Loaded with LD_PRELOAD; for one thread.

   $CUTS_FOLDER: the folder. $CUTS_LOG: the log, one entry for each call that succeeded:
   1 byte what (W write, S sync, T truncate, U unlink), 1 byte length of the name, 8 bytes offset
   or length, 8 bytes size, all in the machine's order; then name and bytes. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { FILES = 1024, NAME = 64 };

static char names[FILES][NAME]; /* by descriptor; empty: not in the folder */
static const char *folder;
static size_t folder_length;
static int log_file = -1;

#define REAL(result, name, ...) \
  static result (*real_##name)(__VA_ARGS__); \
  if (!real_##name) real_##name = (result (*)(__VA_ARGS__))dlsym(RTLD_NEXT, #name)

static void log_bytes(const void *bytes, size_t size) {
  REAL(ssize_t, write, int, const void *, size_t);
  if (real_write(log_file, bytes, size) != (ssize_t)size) abort();
}

static void note(char what, const char *name, int64_t offset, const void *bytes, int64_t size) {
  char head[18] = {what, (char)strlen(name)};
  memcpy(head + 2, &offset, 8);
  memcpy(head + 10, &size, 8);
  log_bytes(head, sizeof head);
  log_bytes(name, strlen(name));
  if (bytes) log_bytes(bytes, (size_t)size);
}

__attribute__((constructor)) static void begin(void) {
  REAL(int, open64, const char *, int, ...);
  const char *log = getenv("CUTS_LOG");
  if (!log) return;
  log_file = real_open64(log, O_WRONLY | O_CREAT | O_APPEND, 0600);
  folder = getenv("CUTS_FOLDER");
  folder_length = strlen(folder);
}

/* The shared memory of the log's index is made anew after a cut; it is not recorded. */
static const char *inside(const char *path) {
  if (!folder || strncmp(path, folder, folder_length) || path[folder_length] != '/') return 0;
  return strstr(path, "-shm") ? 0 : path + folder_length + 1;
}

static const char *name_of(int file) {
  return file >= 0 && file < FILES && names[file][0] ? names[file] : 0;
}

static int opened(int file, const char *path) {
  const char *name = inside(path);
  if (file >= 0 && file < FILES) {
    names[file][0] = 0;
    if (name) strncpy(names[file], name, NAME - 1);
  }
  return file;
}

#define MODE(flags) \
  mode_t mode = 0; \
  if ((flags) & O_CREAT) { \
    va_list rest; \
    va_start(rest, flags); \
    mode = va_arg(rest, mode_t); \
    va_end(rest); \
  }

int open64(const char *path, int flags, ...) {
  REAL(int, open64, const char *, int, ...);
  MODE(flags);
  return opened(real_open64(path, flags, mode), path);
}

int open(const char *path, int flags, ...) {
  REAL(int, open64, const char *, int, ...);
  MODE(flags);
  return opened(real_open64(path, flags, mode), path);
}

int close(int file) {
  REAL(int, close, int);
  if (file >= 0 && file < FILES) names[file][0] = 0;
  return real_close(file);
}

ssize_t pwrite64(int file, const void *bytes, size_t size, off64_t offset) {
  REAL(ssize_t, pwrite64, int, const void *, size_t, off64_t);
  ssize_t written = real_pwrite64(file, bytes, size, offset);
  if (name_of(file) && written > 0) note('W', name_of(file), offset, bytes, written);
  return written;
}

ssize_t pwrite(int file, const void *bytes, size_t size, off_t offset) {
  return pwrite64(file, bytes, size, offset);
}

ssize_t write(int file, const void *bytes, size_t size) {
  REAL(ssize_t, write, int, const void *, size_t);
  int64_t offset = name_of(file) ? lseek(file, 0, SEEK_CUR) : 0;
  ssize_t written = real_write(file, bytes, size);
  if (name_of(file) && written > 0) note('W', name_of(file), offset, bytes, written);
  return written;
}

int fsync(int file) {
  REAL(int, fsync, int);
  int result = real_fsync(file);
  if (name_of(file) && !result) note('S', name_of(file), 0, 0, 0);
  return result;
}

int fdatasync(int file) {
  REAL(int, fdatasync, int);
  int result = real_fdatasync(file);
  if (name_of(file) && !result) note('S', name_of(file), 0, 0, 0);
  return result;
}

int ftruncate64(int file, off64_t length) {
  REAL(int, ftruncate64, int, off64_t);
  int result = real_ftruncate64(file, length);
  if (name_of(file) && !result) note('T', name_of(file), length, 0, 0);
  return result;
}

int ftruncate(int file, off_t length) { return ftruncate64(file, length); }

int unlink(const char *path) {
  REAL(int, unlink, const char *);
  int result = real_unlink(path);
  if (inside(path) && !result) note('U', inside(path), 0, 0, 0);
  return result;
}
