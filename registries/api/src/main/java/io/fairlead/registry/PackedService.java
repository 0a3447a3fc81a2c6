package io.fairlead.registry;

import java.io.ByteArrayOutputStream;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * A service in few bytes, for an adapter that has to remember what it told: an instance takes some
 * 60 bytes, where an {@link Instance} with its texts takes some 450. Two are equal exactly if their
 * services are. Immutable.
 */
public final class PackedService {
  private static final Availability[] AVAILABILITIES = Availability.values();

  private final ServiceId id;
  private final byte[] content;

  private PackedService(ServiceId id, byte[] content) {
    this.id = id;
    this.content = content;
  }

  /** Packs a service. */
  public static PackedService of(Service service) {
    Packer packer = new Packer();
    packer.number(service.instances().size());
    packer.map(service.variables());
    packer.map(service.metadata());
    packer.list(service.tags());
    packer.number(service.creationIndex().isPresent() ? 1 : 0);
    packer.number(service.creationIndex().orElse(0));
    service.instances().forEach(packer::instance);
    return new PackedService(service.id(), packer.bytes());
  }

  /** The service, made anew. */
  public Service unpack() {
    Unpacker unpacker = new Unpacker(content);
    int instances = (int) unpacker.number();
    Map<String, String> variables = unpacker.map();
    Map<String, String> metadata = unpacker.map();
    List<String> tags = unpacker.list();
    boolean indexed = unpacker.number() == 1;
    long index = unpacker.number();
    List<Instance> all = new ArrayList<>(instances);
    for (int i = 0; i < instances; i++) {
      all.add(unpacker.instance());
    }
    return new Service(
        id,
        variables,
        metadata,
        tags,
        all,
        indexed ? OptionalLong.of(index) : OptionalLong.empty());
  }

  /** Whether it has instances. */
  public boolean hasInstances() {
    return instanceCount() > 0;
  }

  /** Returns the number of its instances. */
  public int instanceCount() {
    return (int) new Unpacker(content).number();
  }

  @Override
  public boolean equals(@Nullable Object other) {
    return other instanceof PackedService packed
        && id.equals(packed.id)
        && Arrays.equals(content, packed.content);
  }

  @Override
  public int hashCode() {
    return 31 * id.hashCode() + Arrays.hashCode(content);
  }

  @Override
  public String toString() {
    return unpack().toString();
  }

  /** Numbers and texts to bytes. Confined to one call. */
  private static final class Packer {
    private final ByteArrayOutputStream out = new ByteArrayOutputStream(1024);

    byte[] bytes() {
      return out.toByteArray();
    }

    // Seven bits a byte, the lowest first.
    void number(long value) {
      long rest = value;
      while ((rest & ~0x7fL) != 0) {
        out.write((int) (rest & 0x7f | 0x80));
        rest >>>= 7;
      }
      out.write((int) rest);
    }

    // Any text: registries also give ones that are no Unicode, which no encoding would bring back.
    void text(String text) {
      int length = text.length();
      boolean narrow = text.chars().allMatch(c -> c < 0x100);
      number((long) length << 1 | (narrow ? 0 : 1));
      for (int i = 0; i < length; i++) {
        out.write(text.charAt(i));
        if (!narrow) {
          out.write(text.charAt(i) >>> 8);
        }
      }
    }

    void list(List<String> texts) {
      number(texts.size());
      texts.forEach(this::text);
    }

    // In one order, as equal maps may list their keys in different ones.
    void map(Map<String, String> map) {
      number(map.size());
      new TreeMap<>(map)
          .forEach(
              (key, value) -> {
                text(key);
                text(value);
              });
    }

    void instance(Instance instance) {
      text(instance.id());
      text(instance.address());
      number(Integer.toUnsignedLong(instance.port()));
      number(Long.reverse(Double.doubleToLongBits(instance.weight())));
      number(instance.availability().ordinal());
      text(instance.locality().region());
      text(instance.locality().zone());
      text(instance.locality().subzone());
      map(instance.metadata());
      list(instance.tags());
    }
  }

  /** The way back. Confined to one call. */
  private static final class Unpacker {
    private final byte[] in;
    private int at;

    Unpacker(byte[] in) {
      this.in = in;
    }

    long number() {
      long value = 0;
      for (int shift = 0; ; shift += 7) {
        byte next = in[at++];
        value |= (next & 0x7fL) << shift;
        if (next >= 0) {
          return value;
        }
      }
    }

    String text() {
      long head = number();
      char[] chars = new char[(int) (head >>> 1)];
      for (int i = 0; i < chars.length; i++) {
        chars[i] = (char) (in[at++] & 0xff);
        if ((head & 1) == 1) {
          chars[i] |= (char) ((in[at++] & 0xff) << 8);
        }
      }
      return new String(chars);
    }

    List<String> list() {
      int size = (int) number();
      List<String> texts = new ArrayList<>();
      for (int i = 0; i < size; i++) {
        texts.add(text());
      }
      return texts;
    }

    Map<String, String> map() {
      int size = (int) number();
      Map<String, String> map = new HashMap<>();
      for (int i = 0; i < size; i++) {
        map.put(text(), text());
      }
      return map;
    }

    Instance instance() {
      return new Instance(
          text(),
          text(),
          (int) number(),
          Double.longBitsToDouble(Long.reverse(number())),
          AVAILABILITIES[(int) number()],
          new Locality(text(), text(), text()),
          map(),
          list());
    }
  }
}
