package io.fairlead.server.cli;

import java.io.PrintWriter;
import java.io.StringWriter;

/**
 * One run of the command in this JVM.
 *
 * @param code its exit code
 * @param out what it wrote to the standard output
 * @param err what it wrote to the standard error, logs aside
 */
record Invocation(int code, String out, String err) {
  static Invocation of(String... arguments) {
    return on(Terminal.NONE, arguments);
  }

  /** Runs it on a terminal of that width, without colours. */
  static Invocation at(int columns, String... arguments) {
    return on(new Terminal(columns, false, false), arguments);
  }

  static Invocation on(Terminal terminal, String... arguments) {
    StringWriter out = new StringWriter();
    StringWriter err = new StringWriter();
    int code = Main.run(terminal, new PrintWriter(out), new PrintWriter(err), arguments);
    return new Invocation(code, out.toString(), err.toString());
  }
}
