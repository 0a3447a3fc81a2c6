package io.fairlead.configs.validation;

import dev.cel.common.CelIssue;
import dev.cel.common.CelOptions;
import dev.cel.common.CelValidationResult;
import dev.cel.parser.CelParser;
import dev.cel.parser.CelParserFactory;
import dev.cel.parser.CelStandardMacro;

/** The syntax of CEL, the language of filters. Its parser is loaded with the first filter. */
final class CelSyntax {
  /** The longest expression, in characters: Envoy runs it for each request. */
  private static final int MAX_LENGTH = 10_000;

  private static final String EXPECTED = "an expression of CEL such as response.code >= 400";

  private CelSyntax() {}

  static void check(String expression, Spot at) {
    if (expression.length() > MAX_LENGTH) {
      at.refuse("an expression of " + expression.length() + " characters", "at most " + MAX_LENGTH);
      return;
    }
    // Names in backquotes came later than the oldest istiods.
    if (expression.isBlank() || expression.indexOf('`') >= 0) {
      at.refuse(expression.isBlank() ? "an empty expression" : expression, EXPECTED);
      return;
    }
    CelValidationResult result = Holder.PARSER.parse(expression);
    if (result.hasError()) {
      at.refuse(problem(result) + " in " + expression, EXPECTED);
    }
  }

  private static String problem(CelValidationResult result) {
    return result.getErrors().stream()
        .findFirst()
        .map(CelIssue::getMessage)
        .orElse("no expression");
  }

  /** Loads the parser, once it is needed. */
  private static final class Holder {
    private static final CelParser PARSER =
        CelParserFactory.standardCelParserBuilder()
            .setStandardMacros(CelStandardMacro.STANDARD_MACROS)
            .setOptions(CelOptions.current().maxParseRecursionDepth(100).build())
            .build();
  }
}
