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
 * is compared byte by byte as it arrives, and nothing is made of it then. It is kept in parts, of
 * which those that repeat stay: an array of a megabyte is one that the collector puts beside the
 * young generation, and a few of them each second have it mark everything. Guarded by "this".
 */
final class RepeatedAnswer<T> implements NacosHttp.Decoder<T> {
  private static final int PART = 32 * 1024;

  private final NacosHttp.Decoder<T> decoder;
  private final byte[] buffer = new byte[PART];
  private List<byte[]> parts = List.of();
  private @Nullable Envelope<T> answer;

  RepeatedAnswer(NacosHttp.Decoder<T> decoder) {
    this.decoder = decoder;
  }

  /** Returns the same object as the last time if the answer is the same. */
  @Override
  public synchronized Envelope<T> decode(InputStream body) throws IOException {
    List<byte[]> newer = new ArrayList<>(parts.size() + 1);
    boolean same = true;
    for (int read = fill(body); read > 0; read = fill(body)) {
      byte[] before = newer.size() < parts.size() ? parts.get(newer.size()) : new byte[0];
      boolean repeats = Arrays.equals(buffer, 0, read, before, 0, before.length);
      newer.add(repeats ? before : Arrays.copyOf(buffer, read));
      same &= repeats;
    }
    Envelope<T> last = answer;
    if (last != null && same && newer.size() == parts.size()) {
      return last;
    }
    Envelope<T> decoded =
        decoder.decode(
            new SequenceInputStream(
                Collections.enumeration(newer.stream().map(ByteArrayInputStream::new).toList())));
    parts = newer;
    answer = decoded;
    return decoded;
  }

  private int fill(InputStream body) throws IOException {
    return body.readNBytes(buffer, 0, PART);
  }
}
