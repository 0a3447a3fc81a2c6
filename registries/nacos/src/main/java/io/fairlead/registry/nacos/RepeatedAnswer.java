package io.fairlead.registry.nacos;

import io.fairlead.nacos.NacosHttp;
import io.fairlead.nacos.NacosJson.Envelope;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * The latest answer to a question that is asked each second. Most answers repeat the one before: it
 * is compared byte by byte as it arrives, and nothing is made of it then. Guarded by "this".
 */
final class RepeatedAnswer<T> implements NacosHttp.Decoder<T> {
  private static final int CHUNK = 8 * 1024;

  private final NacosHttp.Decoder<T> decoder;
  private byte[] bytes = {};
  private @Nullable Envelope<T> answer;

  RepeatedAnswer(NacosHttp.Decoder<T> decoder) {
    this.decoder = decoder;
  }

  /** Returns the same object as the last time if the answer is the same. */
  @Override
  public synchronized Envelope<T> decode(InputStream body) throws IOException {
    byte[] chunk = new byte[CHUNK];
    int same = 0;
    for (int read = body.read(chunk); read >= 0; read = body.read(chunk)) {
      int end = same + read;
      if (end > bytes.length || !Arrays.equals(chunk, 0, read, bytes, same, end)) {
        ByteArrayOutputStream other = new ByteArrayOutputStream(Math.max(end, bytes.length));
        other.write(bytes, 0, same);
        other.write(chunk, 0, read);
        body.transferTo(other);
        return take(other.toByteArray());
      }
      same = end;
    }
    Envelope<T> last = answer;
    return last != null && same == bytes.length ? last : take(Arrays.copyOf(bytes, same));
  }

  private Envelope<T> take(byte[] newer) throws IOException {
    Envelope<T> read = decoder.decode(new ByteArrayInputStream(newer));
    bytes = newer;
    answer = read;
    return read;
  }
}
