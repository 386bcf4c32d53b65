/* Stops the process at the N-th system call that changes a file, as a power cut would: loaded by LD_PRELOAD.
 *
 * CUT_AT: number of the call that is not made any more; 0 counts only. CUT_COUNT: file that gets the number of calls at
 * a normal end. CUT_BELOW: only paths and files below this folder count. Programs that the process starts are not stopped.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/sendfile.h>
#include <sys/stat.h>
#include <unistd.h>

static long cut_at = -1;
static long calls;
static char below[PATH_MAX];
static char counter[PATH_MAX];

#define NEXT(name, type, ...) \
    typedef type (*name##_t)(__VA_ARGS__); \
    static name##_t next_##name(void) \
    { \
        static name##_t found; \
        if (found == NULL) { \
            found = (name##_t)dlsym(RTLD_NEXT, #name); \
        } \
        return found; \
    }

NEXT(write, ssize_t, int, const void *, size_t)
NEXT(fsync, int, int)
NEXT(rename, int, const char *, const char *)
NEXT(renameat2, int, int, const char *, int, const char *, unsigned)
NEXT(unlink, int, const char *)
NEXT(unlinkat, int, int, const char *, int)
NEXT(mkdir, int, const char *, mode_t)
NEXT(rmdir, int, const char *)
NEXT(link, int, const char *, const char *)
NEXT(symlink, int, const char *, const char *)
NEXT(truncate, int, const char *, off_t)
NEXT(ftruncate, int, int, off_t)
NEXT(chmod, int, const char *, mode_t)
NEXT(open64, int, const char *, int, ...)
NEXT(openat64, int, int, const char *, int, ...)
NEXT(pwrite64, ssize_t, int, const void *, size_t, off64_t)
NEXT(sendfile64, ssize_t, int, int, off64_t *, size_t)
NEXT(copy_file_range, ssize_t, int, off64_t *, int, off64_t *, size_t, unsigned)

__attribute__((constructor)) static void cut_begin(void)
{
    const char *at = getenv("CUT_AT");
    if (at != NULL) {
        cut_at = atol(at);
        snprintf(below, sizeof below, "%s", getenv("CUT_BELOW"));
        snprintf(counter, sizeof counter, "%s", getenv("CUT_COUNT"));
        unsetenv("CUT_AT"); /* children are not stopped */
        unsetenv("LD_PRELOAD");
    }
}

__attribute__((destructor)) static void cut_end(void)
{
    if (cut_at >= 0) {
        FILE *out = fopen(counter, "w");
        if (out != NULL) {
            fprintf(out, "%ld\n", calls);
            fclose(out);
        }
    }
}

static void step(void)
{
    if (++calls == cut_at) {
        kill(getpid(), SIGKILL);
    }
}

static void on_path(int folder, const char *path)
{
    char whole[2 * PATH_MAX];
    if (cut_at < 0) {
        return;
    }
    if (path[0] == '/') {
        snprintf(whole, sizeof whole, "%s", path);
    } else {
        char link[64];
        char base[PATH_MAX] = "";
        snprintf(link, sizeof link, folder == AT_FDCWD ? "/proc/self/cwd" : "/proc/self/fd/%d", folder);
        ssize_t size = readlink(link, base, sizeof base - 1);
        snprintf(whole, sizeof whole, "%.*s/%s", size > 0 ? (int)size : 0, base, path);
    }
    if (strncmp(whole, below, strlen(below)) == 0) {
        step();
    }
}

static void on_file(int file)
{
    char link[64];
    char path[PATH_MAX];
    struct stat about;
    if (cut_at < 0 || fstat(file, &about) != 0 || !S_ISREG(about.st_mode)) {
        return;
    }
    snprintf(link, sizeof link, "/proc/self/fd/%d", file);
    ssize_t size = readlink(link, path, sizeof path - 1);
    if (size > 0 && strncmp(path, below, strlen(below)) == 0) {
        step();
    }
}

#define BY_PATH(name, parameters, folder, path, arguments) \
    int name parameters \
    { \
        on_path(folder, path); \
        return next_##name() arguments; \
    }

BY_PATH(rename, (const char *from, const char *to), AT_FDCWD, to, (from, to))
BY_PATH(renameat2, (int a, const char *from, int b, const char *to, unsigned flags), b, to, (a, from, b, to, flags))
BY_PATH(unlink, (const char *path), AT_FDCWD, path, (path))
BY_PATH(unlinkat, (int folder, const char *path, int flags), folder, path, (folder, path, flags))
BY_PATH(mkdir, (const char *path, mode_t mode), AT_FDCWD, path, (path, mode))
BY_PATH(rmdir, (const char *path), AT_FDCWD, path, (path))
BY_PATH(link, (const char *from, const char *to), AT_FDCWD, to, (from, to))
BY_PATH(symlink, (const char *from, const char *to), AT_FDCWD, to, (from, to))
BY_PATH(truncate, (const char *path, off_t size), AT_FDCWD, path, (path, size))
BY_PATH(chmod, (const char *path, mode_t mode), AT_FDCWD, path, (path, mode))

ssize_t write(int file, const void *data, size_t size)
{
    on_file(file);
    return next_write()(file, data, size);
}

int fsync(int file)
{
    on_file(file);
    return next_fsync()(file);
}

int ftruncate(int file, off_t size)
{
    on_file(file);
    return next_ftruncate()(file, size);
}

ssize_t pwrite64(int file, const void *data, size_t size, off64_t at)
{
    on_file(file);
    return next_pwrite64()(file, data, size, at);
}

ssize_t sendfile64(int to, int from, off64_t *at, size_t size)
{
    on_file(to);
    return next_sendfile64()(to, from, at, size);
}

/* The type of sendfile is that of sendfile64 on 64-bit machines; Python's copies call either. */
ssize_t sendfile(int to, int from, off_t *at, size_t size)
{
    return sendfile64(to, from, at, size);
}

ssize_t copy_file_range(int from, off64_t *at, int to, off64_t *place, size_t size, unsigned flags)
{
    on_file(to);
    return next_copy_file_range()(from, at, to, place, size, flags);
}

static int changes(int flags)
{
    return (flags & (O_WRONLY | O_RDWR | O_CREAT | O_TRUNC)) != 0;
}

static int takes_mode(int flags)
{
    return (flags & (O_CREAT | O_TMPFILE)) != 0;
}

int open64(const char *path, int flags, ...)
{
    va_list more;
    va_start(more, flags);
    mode_t mode = takes_mode(flags) ? va_arg(more, mode_t) : 0;
    va_end(more);
    if (changes(flags)) {
        on_path(AT_FDCWD, path);
    }
    return next_open64()(path, flags, mode);
}

int openat64(int folder, const char *path, int flags, ...)
{
    va_list more;
    va_start(more, flags);
    mode_t mode = takes_mode(flags) ? va_arg(more, mode_t) : 0;
    va_end(more);
    if (changes(flags)) {
        on_path(folder, path);
    }
    return next_openat64()(folder, path, flags, mode);
}
