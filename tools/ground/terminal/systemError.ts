import { Failure } from "./failure";

/** What the kernel's error codes mean for an operator, and what to do. */
const CAUSES: Readonly<Record<string, readonly [cause: string, fix: string]>> = {
  EACCES: ["permission denied", "Check who owns it (ls -ld), or run as that user"],
  EPERM: ["permission denied", "Check who owns it (ls -ld), or run as that user"],
  EROFS: ["its file system is read-only", "Work in a checkout, cache or state folder that can be written"],
  ENOSPC: ["the disk is full", "Free some space (df -h)"],
  EDQUOT: ["this user's disk quota is used up", "Free some space (quota -s)"],
  ENOENT: ["there is no such file or folder", "Check the path"],
  ENOTDIR: ["a part of the path is a file, not a folder", "Move that file away"],
  EISDIR: ["it is a folder, not a file", "Move that folder away"],
  EEXIST: ["it is there already", "Move it away"],
  ENOTEMPTY: ["the folder is not empty", "Move away what is in it"],
  ELOOP: ["its symbolic links lead in a circle", "Remove the link"],
  ENAMETOOLONG: ["the path is too long", "Use a shorter folder"],
  EMFILE: ["this process has too many open files", "Raise the limit (ulimit -n)"],
  ENFILE: ["the machine has too many open files", "End programs that nobody needs"],
  EIO: ["the disk does not answer", "See what the kernel says: dmesg | tail"],
  EXDEV: ["it is on another file system", "Use folders of one file system"],
  EADDRINUSE: ["another program listens on that port", "End it, or choose another port"],
  E2BIG: ["the arguments or the environment of a program are too long", "Shorten the configuration"],
  ENOMEM: ["the machine has no memory left", "End programs that nobody needs"],
};

/**
 * A failed system call as one line for an operator: the path, the cause and what to do; `undefined` for any other error,
 * which is a defect. Exit code 3: the machine lacks something.
 */
export function systemFailure(error: unknown): Failure | undefined {
  const { code, syscall, path, dest } = (error ?? {}) as Partial<NodeJS.ErrnoException & { dest: string }>;
  if (code === undefined || syscall === undefined) return undefined;
  const known = CAUSES[code];
  const what = dest ?? path ?? syscall;
  const text = known
    ? `${what}: ${known[0]} (${code} in ${syscall}). ${known[1]}, then run the same command again.`
    : `${what}: ${syscall} failed with ${code}. Run the same command again, or see: mybinder doctor`;
  return new Failure(text, 3, { cause: error });
}
