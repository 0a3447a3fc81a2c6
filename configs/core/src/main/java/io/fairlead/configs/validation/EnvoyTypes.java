package io.fairlead.configs.validation;

import com.google.protobuf.Descriptors.Descriptor;
import com.google.protobuf.Message;
import io.envoyproxy.envoy.config.listener.v3.Listener;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The types of Envoy's API v3 by their names. The class of a type is loaded when a document first
 * names it. Safe for use by several threads.
 */
final class EnvoyTypes implements AnyTypes {
  /** The relation of istiods to a type that is not simply read here and known to all. */
  enum Note {
    NEWER("newer"),
    UNREAD("unread"),
    UNREAD_NEWER("unread-newer"),
    ABSENT("absent");

    private final String word;

    Note(String word) {
      this.word = word;
    }

    private static Note of(String word) {
      for (Note note : values()) {
        if (note.word.equals(word)) {
          return note;
        }
      }
      throw new IllegalArgumentException(word);
    }
  }

  private static final String RESOURCE = "envoy-types.txt";
  private static final int MAX_NAME = 200;
  private static final Pattern READ =
      Pattern.compile(
          "envoy(\\.[a-z0-9_]+)+\\.v3\\.[A-Z][A-Za-z0-9]*"
              + "|(xds|udpa)\\.(type|core)(\\.[a-z0-9_]+)+\\.[A-Z][A-Za-z0-9]*"
              + "|google\\.protobuf\\.(Any|Duration|Empty|ListValue|Struct|Timestamp|Value"
              + "|(Bool|Bytes|Double|Float|Int32|Int64|String|UInt32|UInt64)Value)");
  private static final Map<String, String> JAVA_PACKAGES =
      Map.of(
          "envoy.", "io.envoyproxy.envoy.",
          "xds.", "com.github.xds.",
          "udpa.", "com.github.udpa.udpa.",
          "google.protobuf.", "com.google.protobuf.");

  private final Map<String, Note> notes = read();

  @Override
  public Optional<Descriptor> find(String url, Spot at) {
    String name = url.substring(url.lastIndexOf('/') + 1);
    @Nullable Note note = notes.get(name);
    if (note == Note.NEWER || note == Note.UNREAD_NEWER) {
      at.refuseForOlder("type " + name, "a type that they know");
    }
    if (note == Note.UNREAD || note == Note.UNREAD_NEWER) {
      at.warn("type " + name + ", whose content is not checked", "a look at what it says");
      return Optional.empty();
    }
    Optional<Descriptor> type = note == Note.ABSENT ? Optional.empty() : descriptor(name);
    if (type.isEmpty()) {
      at.refuse(
          "unknown type " + url,
          name.contains(".v2.") || name.contains(".v2alpha")
              ? "a type of Envoy's API v3: that is one of v2"
              : "a type of Envoy's API v3 as envoy.extensions.filters.http.lua.v3.Lua");
    }
    return type;
  }

  /** Returns a type that is read here. */
  static Optional<Descriptor> descriptor(String name) {
    if (name.length() > MAX_NAME || !READ.matcher(name).matches()) {
      return Optional.empty();
    }
    return JAVA_PACKAGES.entrySet().stream()
        .filter(entry -> name.startsWith(entry.getKey()))
        .findFirst()
        .map(entry -> entry.getValue() + name.substring(entry.getKey().length()))
        .flatMap(EnvoyTypes::load);
  }

  private static Optional<Descriptor> load(String className) {
    ClassLoader loader = Listener.class.getClassLoader();
    // A class loader keeps the name of each class that it was ever asked for.
    if (loader.getResource(className.replace('.', '/') + ".class") == null) {
      return Optional.empty();
    }
    try {
      Class<?> type = Class.forName(className, true, loader);
      if (!Message.class.isAssignableFrom(type)) {
        return Optional.empty();
      }
      return Optional.of((Descriptor) type.getMethod("getDescriptor").invoke(null));
    } catch (ReflectiveOperationException | LinkageError e) {
      return Optional.empty();
    }
  }

  /** Returns what is noted of types: the list in the resource. */
  Map<String, Note> notes() {
    return notes;
  }

  private static Map<String, Note> read() {
    Map<String, Note> notes = new HashMap<>();
    try (InputStream in =
            Objects.requireNonNull(EnvoyTypes.class.getResourceAsStream(RESOURCE), RESOURCE);
        BufferedReader lines =
            new BufferedReader(new InputStreamReader(in, StandardCharsets.UTF_8))) {
      for (String line : lines.lines().toList()) {
        List<String> words = Hosts.split(line, ' ');
        if (!line.startsWith("#")) {
          notes.put(words.get(1), Note.of(words.get(0)));
        }
      }
    } catch (IOException e) {
      throw new UncheckedIOException(RESOURCE, e);
    }
    return Map.copyOf(notes);
  }
}
