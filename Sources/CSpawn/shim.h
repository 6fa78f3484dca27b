// What glibc has beyond POSIX for starting programs, since 2.34; its headers show it only to those
// who define _GNU_SOURCE before anything else is read.
#pragma once
#include <spawn.h>

extern int pipe2(int ends[2], int flags);
extern int posix_spawn_file_actions_addchdir_np(
    posix_spawn_file_actions_t *actions, const char *folder);
extern int posix_spawn_file_actions_addclosefrom_np(
    posix_spawn_file_actions_t *actions, int from);
