package io.fairlead.versioning;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Sole ownership of a store's file, held for the life of the store by an exclusive lock on {@code
 * FILE.lock} beside it. The lock ends with the process, however that ends; the file stays, since
 * deleting it would let two owners hold locks on two files of that name.
 *
 * <p>Where the lock file cannot be written (a read-only file system), ownership is for reading
 * only: a shared lock, if the lock file is there, so that whoever writes the file from elsewhere is
 * noticed and any number may read. Before anything is written {@link #ensureExclusive()} takes the
 * real lock; until that works nothing is.
 *
 * <p>Threading: a lock on this object guards everything.
 */
final class FileOwnership implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(FileOwnership.class);

  // Locks belong to the process: opening and closing the file a second time would end the first
  // owner's lock, so a second owner in this process must be refused before it opens the file.
  private static final Set<Path> OWNED_HERE = ConcurrentHashMap.newKeySet();

  private final Path file;
  private final Path lockFile;
  // Both guarded by this.
  private @Nullable FileChannel channel;
  private boolean exclusive;

  private FileOwnership(Path file, Path lockFile) {
    this.file = file;
    this.lockFile = lockFile;
  }

  /**
   * Takes ownership: for reading only if the lock file cannot be written but the store's file is
   * there and can be read.
   *
   * @param file the store's file, in a directory that exists, without symbolic links
   * @throws CommitLogException if another process or another store of this one has it
   */
  static FileOwnership take(Path file) {
    Path lockFile = file.resolveSibling(file.getFileName() + ".lock");
    if (!OWNED_HERE.add(lockFile)) {
      throw new CommitLogException(
          "store " + file + ": already open in this process (expected: one store a file)", null);
    }
    FileOwnership ownership = new FileOwnership(file, lockFile);
    try {
      ownership.takeAny();
      return ownership;
    } catch (RuntimeException e) {
      ownership.close();
      throw e;
    }
  }

  private synchronized void takeAny() {
    try {
      ensureExclusive();
    } catch (CommitLogException e) {
      if (!(e.getCause() instanceof IOException) || !isReadable(file)) {
        throw e;
      }
      LOG.debug("The store {} is owned for reading only", file, e);
      if (isReadable(lockFile)) {
        lockShared();
      }
    }
  }

  private static boolean isReadable(Path path) {
    return Files.isReadable(path) && path.toFile().length() > 0;
  }

  private synchronized void lockShared() {
    try {
      channel = FileChannel.open(lockFile, StandardOpenOption.READ);
      if (channel.tryLock(0, Long.MAX_VALUE, true) == null) {
        throw inUse(channel);
      }
    } catch (IOException | OverlappingFileLockException e) {
      throw cannotLock(e);
    }
  }

  /**
   * Ensures that no other process may write the file.
   *
   * @throws CommitLogException if another process has it, or the lock file cannot be written
   */
  synchronized void ensureExclusive() {
    if (exclusive) {
      return;
    }
    try {
      // A shared lock ends with its channel.
      closeChannel();
      FileChannel opened =
          FileChannel.open(
              lockFile,
              StandardOpenOption.CREATE,
              StandardOpenOption.READ,
              StandardOpenOption.WRITE);
      channel = opened;
      FileLock lock = opened.tryLock();
      if (lock == null) {
        throw inUse(opened);
      }
      exclusive = true;
      writeOwner(opened);
    } catch (IOException | OverlappingFileLockException e) {
      throw cannotLock(e);
    }
  }

  // It only serves the message to others, so a full disk must not fail this.
  private void writeOwner(FileChannel opened) {
    try {
      opened.truncate(0);
      opened.write(
          ByteBuffer.wrap(
              ("process " + ProcessHandle.current().pid()).getBytes(StandardCharsets.UTF_8)));
    } catch (IOException e) {
      LOG.debug("{} is locked, but the owner's name is not in it", lockFile, e);
    }
  }

  private CommitLogException inUse(FileChannel opened) throws IOException {
    return new CommitLogException(
        "store "
            + file
            + ": in use by "
            + owner(opened)
            + " (expected: one gateway a store;"
            + " stop the other one or give this one a file of its own)",
        null);
  }

  private CommitLogException cannotLock(Exception e) {
    return new CommitLogException(
        "store "
            + file
            + ": cannot be locked: "
            + PlainCause.of(e)
            + " (expected: a folder that this user may write to)",
        e);
  }

  private static String owner(FileChannel channel) throws IOException {
    ByteBuffer text = ByteBuffer.allocate(64);
    channel.read(text, 0);
    String owner = new String(text.array(), 0, text.position(), StandardCharsets.UTF_8);
    return owner.isBlank() ? "another process" : owner;
  }

  private synchronized void closeChannel() throws IOException {
    FileChannel open = channel;
    channel = null;
    exclusive = false;
    if (open != null) {
      open.close();
    }
  }

  @Override
  public synchronized void close() {
    try {
      closeChannel();
    } catch (IOException e) {
      throw new CommitLogException(
          "store lock " + lockFile + ": cannot be closed: " + PlainCause.of(e), e);
    } finally {
      OWNED_HERE.remove(lockFile);
    }
  }
}
