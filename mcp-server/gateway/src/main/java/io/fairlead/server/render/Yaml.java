package io.fairlead.server.render;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLFactory;
import com.fasterxml.jackson.dataformat.yaml.YAMLGenerator;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import com.fasterxml.jackson.dataformat.yaml.util.StringQuotingChecker;
import java.util.regex.Pattern;

/**
 * A writer of trees as YAML, with quotes only where a reader would take a text for something else.
 */
public final class Yaml {
  private static final YAMLMapper MAPPER =
      YAMLMapper.builder(YAMLFactory.builder().stringQuotingChecker(new Quoting()).build())
          .enable(YAMLGenerator.Feature.MINIMIZE_QUOTES)
          .enable(YAMLGenerator.Feature.ALWAYS_QUOTE_NUMBERS_AS_STRINGS)
          .disable(YAMLGenerator.Feature.WRITE_DOC_START_MARKER)
          .disable(YAMLGenerator.Feature.SPLIT_LINES)
          .build();

  private Yaml() {}

  /** Returns the tree as a YAML document without a start marker, ending with a line break. */
  public static String write(JsonNode node) {
    try {
      return MAPPER.writeValueAsString(node);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("cannot fail on a tree", e);
    }
  }

  /**
   * A quoting rule that leaves only plain words and IPv4 addresses without quotes. The library's
   * own rule lets dates and base-60 numbers through, which other readers of YAML 1.1 do not take
   * for texts.
   */
  private static final class Quoting extends StringQuotingChecker {
    private static final long serialVersionUID = 1;
    private static final Pattern PLAIN =
        Pattern.compile("[A-Za-z_/]([A-Za-z0-9_./@:-]*[A-Za-z0-9_./@-])?|[A-Za-z]+://");
    // Several lines, which are written below a bar.
    private static final Pattern PEM =
        Pattern.compile("(?:(?:-----[A-Z0-9 ]+-----|[A-Za-z0-9+/=]+)\n)+");
    private static final Pattern IPV4 = Pattern.compile("[0-9]{1,3}(\\.[0-9]{1,3}){3}(/[0-9]+)?");

    @Override
    public boolean needToQuoteName(String name) {
      return needToQuoteValue(name);
    }

    @Override
    public boolean needToQuoteValue(String value) {
      boolean plain =
          PLAIN.matcher(value).matches()
              || IPV4.matcher(value).matches()
              || PEM.matcher(value).matches();
      return !plain || isReservedKeyword(value);
    }
  }
}
