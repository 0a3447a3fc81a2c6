package io.fairlead.configs.validation;

import java.util.Optional;

/** The variables that Envoy fills into the values of headers: {@code %REQ(x-id)%}. */
final class HeaderFormat {
  private enum State {
    LITERAL,
    NAME,
    ARGUMENTS,
    QUOTE,
    TEXT,
    DELIMITER,
    CLOSING,
    END
  }

  private HeaderFormat() {}

  /** Returns what is expected instead of a value that Envoy cannot read. */
  static Optional<String> problem(String value) {
    State state = State.LITERAL;
    for (int i = 0; i < value.length(); i++) {
      char c = value.charAt(i);
      boolean last = i + 1 == value.length();
      switch (state) {
        case LITERAL -> {
          if (c == '%') {
            if (last) {
              return Optional.of("%% for a percent sign");
            }
            if (value.charAt(i + 1) == '%') {
              i++;
            } else {
              state = State.NAME;
            }
          }
        }
        case NAME -> state = c == '%' ? State.LITERAL : c == '(' ? State.ARGUMENTS : state;
        case ARGUMENTS -> state = c == '[' ? State.QUOTE : c == ' ' ? state : State.TEXT;
        case QUOTE -> {
          if (c != '"' && c != ' ') {
            return Optional.of("\" after [");
          }
          state = c == '"' ? State.TEXT : state;
        }
        case TEXT -> {
          if (c == '\\') {
            if (last) {
              return Optional.of("a character after \\");
            }
            i++;
          } else {
            state = c == ')' ? State.END : c == '"' ? State.DELIMITER : state;
          }
        }
        case DELIMITER -> {
          if (c != ',' && c != ']' && c != ' ') {
            return Optional.of(", or ] after a text in quotes");
          }
          state = c == ',' ? State.QUOTE : c == ']' ? State.CLOSING : state;
        }
        case CLOSING -> {
          if (c != ')' && c != ' ') {
            return Optional.of(") after ]");
          }
          state = c == ')' ? State.END : state;
        }
        case END -> {
          if (c != '%' && c != ' ') {
            return Optional.of("% after )");
          }
          state = c == '%' ? State.LITERAL : state;
        }
      }
    }
    return state == State.LITERAL
        ? Optional.empty()
        : Optional.of("% at the end of a variable, or %% for a percent sign");
  }
}
