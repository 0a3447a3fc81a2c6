package io.fairlead.versioning;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * Sole ownership of a store's file, held for the life of the store by an exclusive lock on {@code
 * FILE.lock} beside it. The lock ends with the process, however that ends; the file stays, since
 * deleting it would let two owners hold locks on two files of that name.
 */
final class FileOwnership implements AutoCloseable {
  // Locks belong to the process: opening and closing the file a second time would end the first
  // owner's lock, so a second owner in this process must be refused before it opens the file.
  private static final Set<Path> OWNED_HERE = ConcurrentHashMap.newKeySet();

  private final Path lockFile;
  private final FileChannel channel;

  private FileOwnership(Path lockFile, FileChannel channel) {
    this.lockFile = lockFile;
    this.channel = channel;
  }

  /**
   * Takes ownership.
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
    FileChannel channel = null;
    try {
      channel =
          FileChannel.open(
              lockFile,
              StandardOpenOption.CREATE,
              StandardOpenOption.READ,
              StandardOpenOption.WRITE);
      FileLock lock = channel.tryLock();
      if (lock == null) {
        throw new CommitLogException(
            "store "
                + file
                + ": in use by "
                + owner(channel)
                + " (expected: one gateway a store;"
                + " stop the other one or give this one a file of its own)",
            null);
      }
      channel.truncate(0);
      channel.write(
          ByteBuffer.wrap(
              ("process " + ProcessHandle.current().pid()).getBytes(StandardCharsets.UTF_8)));
      return new FileOwnership(lockFile, channel);
    } catch (IOException | OverlappingFileLockException | CommitLogException e) {
      release(lockFile, channel);
      throw e instanceof CommitLogException refused
          ? refused
          : new CommitLogException(
              "store "
                  + file
                  + ": cannot lock "
                  + lockFile
                  + " (expected: a directory that this user may write to): "
                  + e,
              e);
    }
  }

  private static String owner(FileChannel channel) throws IOException {
    ByteBuffer text = ByteBuffer.allocate(64);
    channel.read(text, 0);
    String owner = new String(text.array(), 0, text.position(), StandardCharsets.UTF_8);
    return owner.isBlank() ? "another process" : owner;
  }

  private static void release(Path lockFile, @Nullable FileChannel channel) {
    try {
      if (channel != null) {
        channel.close();
      }
    } catch (IOException e) {
      throw new CommitLogException("store lock " + lockFile + ": cannot be closed: " + e, e);
    } finally {
      OWNED_HERE.remove(lockFile);
    }
  }

  @Override
  public void close() {
    release(lockFile, channel);
  }
}
