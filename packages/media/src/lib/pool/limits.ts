const MiB = 1024 * 1024

/** Bytes that a child may have been promised and not yet received, of one read. */
export const MAX_READ_BYTES = 8 * MiB
/** A task's options and the file's facts, or a chunk of the file. */
export const MAX_RUN_BYTES = 8 * MiB
/** What each message costs of the bytes a task may ask for. */
export const MESSAGE_COST_BYTES = 4096
/** Reads that run at the same time. */
export const MAX_OPEN_READS = 16
/** What a child may write to its standard error in its life, until nobody listens any more. */
export const MAX_STDERR_BYTES = 64 * 1024
/** A task's words on what it threw. */
export const MAX_FAILURE_BYTES = 4096
