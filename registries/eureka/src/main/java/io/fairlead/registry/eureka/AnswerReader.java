package io.fairlead.registry.eureka;

import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.annotation.JsonSetter;
import com.fasterxml.jackson.annotation.Nulls;
import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.databind.DeserializationContext;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonDeserializer;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectReader;
import com.fasterxml.jackson.databind.exc.MismatchedInputException;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.module.SimpleModule;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A reader of the JSON of Eureka's answers, which maps one instance after the other, so that the
 * JSON of hundreds of megabytes is never in memory as a whole. Where a list has one element some
 * servers write the element alone; both are read. Stateless.
 */
final class AnswerReader {
  // Packed bodies that unfold without end stop here; 100,000 instances have 100 MB.
  private static final long MAX_CHARACTERS = 2L << 30;

  private final ObjectReader json;

  AnswerReader(InstanceMapper mapper) {
    StreamReadConstraints bounds =
        StreamReadConstraints.builder().maxDocumentLength(MAX_CHARACTERS).build();
    this.json =
        JsonMapper.builder(JsonFactory.builder().streamReadConstraints(bounds).build())
            .addModule(
                new SimpleModule().addDeserializer(Registration.class, new Registrations(mapper)))
            .enable(DeserializationFeature.ACCEPT_SINGLE_VALUE_AS_ARRAY)
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
            .defaultSetterInfo(JsonSetter.Value.forContentNulls(Nulls.SKIP))
            .build()
            .readerFor(Body.class);
  }

  private record Body(@Nullable Applications applications) {}

  private record Applications(
      @JsonProperty("apps__hashcode") @Nullable String hash,
      @JsonProperty("application") @Nullable List<App> apps) {}

  private record App(
      @Nullable String name, @JsonProperty("instance") @Nullable List<Registration> instances) {}

  /** A deserializer of one instance, which does not know its app. */
  private static final class Registrations extends JsonDeserializer<Registration> {
    private final InstanceMapper mapper;

    Registrations(InstanceMapper mapper) {
      this.mapper = mapper;
    }

    @Override
    public Registration deserialize(JsonParser parser, DeserializationContext context)
        throws IOException {
      JsonNode instance = context.readTree(parser);
      if (!instance.isObject()) {
        throw MismatchedInputException.from(parser, Registration.class, "no object");
      }
      return mapper.registration("", instance);
    }
  }

  /**
   * Reads an answer to its end.
   *
   * @throws EurekaException if it is not Eureka's
   */
  Answer read(InputStream body) throws IOException {
    try {
      Body read = json.readValue(body);
      if (read == null || read.applications == null) {
        throw new EurekaException(0, "no applications (expected: Eureka's JSON)", null);
      }
      List<Registration> registrations = new ArrayList<>();
      for (App app : some(read.applications.apps)) {
        String name = Objects.requireNonNullElse(app.name, "").toLowerCase(Locale.ROOT);
        some(app.instances).forEach(one -> registrations.add(one.of(name)));
      }
      return new Answer(Optional.ofNullable(read.applications.hash), registrations);
    } catch (MismatchedInputException e) {
      throw new EurekaException(0, "another JSON (expected: Eureka's)", null);
    } catch (JsonProcessingException e) {
      // The full message quotes the body at length.
      String said = e.getOriginalMessage();
      throw new EurekaException(0, "not JSON: " + said + " (expected: Eureka's JSON)", null);
    }
  }

  private static <T> List<T> some(@Nullable List<T> list) {
    return Objects.requireNonNullElse(list, List.of());
  }
}
