package io.fairlead.registry.nacos;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.DeserializationContext;
import com.fasterxml.jackson.databind.JsonDeserializer;
import com.fasterxml.jackson.databind.annotation.JsonDeserialize;
import io.fairlead.nacos.NacosJson;
import io.fairlead.registry.ServiceId;
import io.fairlead.registry.nacos.Json.Detail;
import java.io.IOException;
import java.io.InputStream;
import java.util.Optional;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * The known contents of a namespace, against which all of it is read: what says the same as before
 * is the same object, so that of a large answer that repeats nearly everything only one service at
 * a time is in memory.
 *
 * @param known the content of a service as it was read last; called on the thread that reads
 */
record KnownContents(String namespace, Function<ServiceId, Optional<Content>> known) {
  /** A service of the namespace; its threshold is unknown, unless the content is a known one. */
  @JsonDeserialize(using = ListedDeserializer.class)
  record Listed(ServiceId id, Content content) {}

  /**
   * Reads an answer with the services in it; one without name or group is null there.
   *
   * @throws IOException if it cannot be read
   */
  <T> T read(InputStream body, TypeReference<T> type) throws IOException {
    return NacosJson.MAPPER
        .readerFor(type)
        .withAttribute(KnownContents.class, this)
        .readValue(body);
  }

  private Listed listed(Detail detail) {
    ServiceId id = detail.id(namespace);
    return new Listed(id, detail.toContent().orKnown(known.apply(id)));
  }

  /** The deserializer of a service within {@link #read}. */
  static final class ListedDeserializer extends JsonDeserializer<Listed> {
    @Override
    public @Nullable Listed deserialize(JsonParser parser, DeserializationContext context)
        throws IOException {
      Detail detail = context.readValue(parser, Detail.class);
      KnownContents known = (KnownContents) context.getAttribute(KnownContents.class);
      return detail.isNamed() ? known.listed(detail) : null;
    }
  }
}
