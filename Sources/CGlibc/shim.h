// What glibc has beyond POSIX; its headers show it only to those who define _GNU_SOURCE before
// anything else is read.
#pragma once
#include <pthread.h>
#include <spawn.h>

// Called by a thread for itself: `Thread.name` of Foundation tells the kernel only once `start()`
// has returned, which the thread itself cannot know.
extern int pthread_setname_np(pthread_t thread, const char *name);

// For starting programs, since 2.34.
extern int pipe2(int ends[2], int flags);
extern int posix_spawn_file_actions_addchdir_np(
    posix_spawn_file_actions_t *actions, const char *folder);
extern int posix_spawn_file_actions_addclosefrom_np(
    posix_spawn_file_actions_t *actions, int from);
