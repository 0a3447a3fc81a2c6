package io.fairlead.registry.nacos;

import io.fairlead.nacos.NacosHttp;
import io.fairlead.nacos.NacosJson.Envelope;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.SequenceInputStream;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The latest answer to a question that is asked each second. Most answers repeat the one before: it
 * is compared byte by byte as it arrives, and nothing is made of it then. What differs is written
 * over what was there. It is kept in parts: an array of a megabyte is one that the collector puts
 * beside the young generation. Guarded by "this".
 */
final class RepeatedAnswer<T> implements NacosHttp.Decoder<T> {
  private static final int PART = 32 * 1024;

  private final NacosHttp.Decoder<T> decoder;
  private final byte[] buffer = new byte[PART];
  // The last of those in use may be filled in part.
  private final List<byte[]> parts = new ArrayList<>();
  private long length;
  // That of these bytes; null while they are of another one, which could not be read.
  private @Nullable Envelope<T> answer;

  RepeatedAnswer(NacosHttp.Decoder<T> decoder) {
    this.decoder = decoder;
  }

  /** Returns the same object as the last time if the answer is the same. */
  @Override
  public synchronized Envelope<T> decode(InputStream body) throws IOException {
    long newer = 0;
    for (int read = fill(body); read > 0; read = fill(body)) {
      keep((int) (newer / PART), read);
      newer += read;
    }
    if (newer != length) {
      answer = null;
      length = newer;
    }
    parts.subList((int) ((length + PART - 1) / PART), parts.size()).clear();
    Envelope<T> last = answer;
    if (last != null) {
      return last;
    }
    Envelope<T> decoded = decoder.decode(kept());
    answer = decoded;
    return decoded;
  }

  private int fill(InputStream body) throws IOException {
    return body.readNBytes(buffer, 0, PART);
  }

  private void keep(int index, int bytes) {
    if (index == parts.size()) {
      parts.add(new byte[PART]);
    }
    byte[] part = parts.get(index);
    if (!Arrays.equals(buffer, 0, bytes, part, 0, bytes)) {
      answer = null;
      System.arraycopy(buffer, 0, part, 0, bytes);
    }
  }

  private InputStream kept() {
    List<InputStream> streams = new ArrayList<>();
    for (int at = 0; at < parts.size(); at++) {
      int bytes = (int) Math.min(PART, length - (long) at * PART);
      streams.add(new ByteArrayInputStream(parts.get(at), 0, bytes));
    }
    return new SequenceInputStream(Collections.enumeration(streams));
  }
}
