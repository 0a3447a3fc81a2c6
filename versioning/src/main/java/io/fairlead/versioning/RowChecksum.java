package io.fairlead.versioning;

import com.google.protobuf.ByteString;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.zip.CRC32C;

/**
 * CRC-32C of a row's columns. SQLite checks the structure of its file, not what is in the cells; a
 * flipped bit there would be served to a mesh.
 */
final class RowChecksum {
  private final CRC32C crc = new CRC32C();

  RowChecksum add(String column) {
    return add(column.getBytes(StandardCharsets.UTF_8));
  }

  RowChecksum add(long column) {
    crc.update(ByteBuffer.allocate(Long.BYTES).putLong(0, column));
    return this;
  }

  // With the length, so that a shifted boundary between two columns changes the checksum.
  RowChecksum add(byte[] column) {
    add(column.length);
    crc.update(column);
    return this;
  }

  RowChecksum add(ByteString column) {
    add(column.size());
    crc.update(column.asReadOnlyByteBuffer());
    return this;
  }

  long value() {
    return crc.getValue();
  }
}
