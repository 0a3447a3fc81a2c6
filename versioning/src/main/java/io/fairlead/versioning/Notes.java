package io.fairlead.versioning;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The notes that a store has, packed: each is one array of its key and its value. There is about
 * one for each resource, and they are looked at only when one of them is to be written. Open
 * addressing with linear probing, at most two thirds full. Confined to the commit thread.
 */
final class Notes {
  private static final int MIN_PLACES = 4;
  private static final int SPREAD = 0x9E3779B9;

  // The length of the key, the key, the value. The number of places is a power of two.
  private byte[] @Nullable [] places = new byte[MIN_PLACES] @Nullable [];
  private int size;
  // Those that are not packed yet.
  private @Nullable Map<String, String> loaded;

  /** Notes that are packed at the first change: a start, which is urgent, reads them all. */
  Notes(Map<String, String> notes) {
    loaded = notes;
  }

  private void pack() {
    Map<String, String> notes = loaded;
    if (notes != null) {
      loaded = null;
      notes.forEach(this::put);
    }
  }

  @Nullable String get(String key) {
    pack();
    byte[] bytes = bytes(key);
    byte[] note = places[find(bytes, 0, bytes.length)];
    return note == null ? null : text(note, Integer.BYTES + bytes.length, note.length);
  }

  void put(String key, String value) {
    pack();
    byte[] keyBytes = bytes(key);
    byte[] valueBytes = bytes(value);
    int place = find(keyBytes, 0, keyBytes.length);
    boolean isNew = places[place] == null;
    places[place] =
        ByteBuffer.allocate(Integer.BYTES + keyBytes.length + valueBytes.length)
            .putInt(keyBytes.length)
            .put(keyBytes)
            .put(valueBytes)
            .array();
    if (isNew) {
      size++;
      if (size > places.length / 3 * 2) {
        rebuild(places.length * 2);
      }
    }
  }

  /** Takes out a note; tells whether it was there. */
  boolean remove(String key) {
    pack();
    byte[] bytes = bytes(key);
    int place = find(bytes, 0, bytes.length);
    if (places[place] == null) {
      return false;
    }
    places[place] = null;
    size--;
    // What stands behind it would not be found behind a gap, so each is put anew.
    int mask = places.length - 1;
    for (int next = (place + 1) & mask; places[next] != null; next = (next + 1) & mask) {
      byte[] note = places[next];
      places[next] = null;
      insert(note);
    }
    return true;
  }

  Map<String, String> toMap() {
    if (loaded != null) {
      return Collections.unmodifiableMap(loaded);
    }
    Map<String, String> map = new HashMap<>(size * 2);
    for (byte[] note : places) {
      if (note != null) {
        int end = keyEnd(note);
        map.put(text(note, Integer.BYTES, end), text(note, end, note.length));
      }
    }
    return Collections.unmodifiableMap(map);
  }

  private void rebuild(int length) {
    byte[] @Nullable [] old = places;
    places = new byte[length] @Nullable [];
    for (byte[] note : old) {
      if (note != null) {
        insert(note);
      }
    }
  }

  private void insert(byte[] note) {
    places[find(note, Integer.BYTES, keyEnd(note))] = note;
  }

  // Where the note of a key is, or where it would be put.
  private int find(byte[] bytes, int from, int to) {
    int mask = places.length - 1;
    int place = hash(bytes, from, to) >>> (Integer.numberOfLeadingZeros(places.length) + 1);
    for (byte[] note = places[place]; note != null; note = places[place]) {
      if (Arrays.equals(note, Integer.BYTES, keyEnd(note), bytes, from, to)) {
        break;
      }
      place = (place + 1) & mask;
    }
    return place;
  }

  private static int hash(byte[] bytes, int from, int to) {
    int hash = 1;
    for (int i = from; i < to; i++) {
      hash = 31 * hash + bytes[i];
    }
    return hash * SPREAD;
  }

  private static int keyEnd(byte[] note) {
    return Integer.BYTES + ByteBuffer.wrap(note).getInt();
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  private static String text(byte[] bytes, int from, int to) {
    return new String(bytes, from, to - from, StandardCharsets.UTF_8);
  }
}
