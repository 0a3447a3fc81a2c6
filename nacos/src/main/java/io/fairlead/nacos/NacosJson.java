package io.fairlead.nacos;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.fairlead.nacos.NacosHttp.Decoder;
import io.fairlead.nacos.NacosHttp.NotFound;
import io.fairlead.nacos.NacosHttp.Question;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** The JSON that the answers of Nacos' HTTP API have in common, in both generations of servers. */
public final class NacosJson {
  // The largest answer is that of a whole registry: 100,000 instances are 40 MB.
  private static final int MAX_BYTES = 256 << 20;

  /**
   * Ignores properties that newer servers add; fails on anything behind the end of an answer, and
   * on one without an end.
   */
  public static final ObjectMapper MAPPER =
      JsonMapper.builder(
              JsonFactory.builder()
                  .streamReadConstraints(
                      StreamReadConstraints.builder()
                          .maxDocumentLength(MAX_BYTES)
                          // One configuration that is too large is refused where it is read as a
                          // document, and no reason to read none.
                          .maxStringLength(MAX_BYTES)
                          .build())
                  .build())
          .disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
          .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
          .build();

  // Nacos' ErrorCode of that name.
  private static final int SERVICE_NOT_EXIST = 21008;

  /** An error of servers 3.x carries a code; the answer for an unknown path does not. */
  public static final NotFound BY_CODE =
      (status, text) -> {
        int code = code(text);
        return code == SERVICE_NOT_EXIST || (status == 404 && code != 0);
      };

  /** An error of servers 2.x is such a text; the answer for an unknown path is JSON or HTML. */
  public static final NotFound BY_TEXT =
      (status, text) -> status == 404 && text.startsWith("caused:");

  /** The list of namespaces of servers 3.x, for administrators. */
  public static final Question<List<@Nullable Namespace>> NAMESPACES =
      new Question<>("/v3/admin/core/namespace/list", enveloped(new TypeReference<>() {}), BY_CODE);

  /** The list of namespaces of servers 2.x; its code of success is 200. */
  public static final Question<List<@Nullable Namespace>> NAMESPACES_OF_2 =
      new Question<>(
          "/v1/console/namespaces",
          bare(new TypeReference<Envelope<List<@Nullable Namespace>>>() {}, Envelope::data),
          BY_TEXT);

  private NacosJson() {}

  /** The envelope of every answer; code 0 is success. */
  public record Envelope<T>(@Nullable Integer code, @Nullable String message, @Nullable T data) {}

  /** A page of a list; an absent list is not an empty one. */
  public record Page<T>(@Nullable Integer totalCount, @Nullable List<@Nullable T> pageItems) {
    /** Returns a list that comes without its number; null where the list is absent. */
    public static <T> @Nullable Page<T> of(@Nullable List<@Nullable T> items) {
      return items == null ? null : new Page<>(items.size(), items);
    }

    /** Whether these are all items of the list. */
    public boolean isWhole() {
      return pageItems != null && totalCount != null && pageItems.size() == totalCount;
    }

    /** Returns the items that are not null. */
    public List<T> items() {
      return present(pageItems);
    }

    /** Returns how many items it has, those that are null included. */
    public int size() {
      return pageItems == null ? 0 : pageItems.size();
    }
  }

  /** A namespace. */
  public record Namespace(@Nullable String namespace) {
    /**
     * Returns the namespace's id; older servers spell that of the default namespace as empty text.
     */
    public String id() {
      return namespace == null || namespace.isEmpty() ? "public" : namespace;
    }
  }

  /** Returns the elements that are not null; an absent list gives none. */
  public static <T> List<T> present(@Nullable List<@Nullable T> list) {
    List<T> present = new ArrayList<>();
    if (list != null) {
      for (T one : list) {
        if (one != null) {
          present.add(one);
        }
      }
    }
    return present;
  }

  /** Returns a decoder of answers in an envelope. */
  public static <T> Decoder<T> enveloped(TypeReference<Envelope<T>> type) {
    return body -> MAPPER.readValue(body, type);
  }

  /** Returns a decoder of answers without an envelope. */
  public static <S, T> Decoder<T> bare(TypeReference<S> type, Function<S, @Nullable T> content) {
    return body -> {
      @Nullable S answer = MAPPER.readValue(body, type);
      return new Envelope<>(0, null, answer == null ? null : content.apply(answer));
    };
  }

  /** Returns the code of an error; 0: none, as in plain text of a proxy or for an illegal name. */
  private static int code(String text) {
    try {
      return MAPPER.readTree(text).path("code").asInt();
    } catch (JsonProcessingException e) {
      return 0;
    }
  }
}
