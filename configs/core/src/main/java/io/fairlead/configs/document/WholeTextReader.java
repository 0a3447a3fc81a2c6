package io.fairlead.configs.document;

import java.util.Locale;
import org.yaml.snakeyaml.error.Mark;
import org.yaml.snakeyaml.reader.StreamReader;
import org.yaml.snakeyaml.scanner.Constant;
import org.yaml.snakeyaml.scanner.ScannerException;

/**
 * A reader that has all of its text at hand. The one that it replaces reads a thousand characters
 * at a time and copies all of a word with each, so that a word of a megabyte takes half a second.
 * Confined to one thread.
 */
final class WholeTextReader extends StreamReader {
  private static final String NAME = "text";
  private static final int BYTE_ORDER_MARK = 0xFEFF;
  // What decoders put in place of bytes that mean nothing. As a value it would be served.
  private static final int NOT_UTF_8 = 0xFFFD;

  private final int[] codePoints;
  private int pointer;
  private int documentStart;
  private int line;
  private int column;

  /** Makes a reader; fails for characters that YAML does not allow. */
  @SuppressWarnings("this-escape")
  WholeTextReader(String text) {
    super("");
    this.codePoints = text.codePoints().toArray();
    for (int i = 0; i < codePoints.length; i++) {
      if (!isPrintable(codePoints[i]) || codePoints[i] == NOT_UTF_8) {
        forward(i);
        throw new ScannerException(null, null, problem(codePoints[i]), getMark());
      }
    }
  }

  private static String problem(int character) {
    return character == NOT_UTF_8
        ? "a byte that is not UTF-8"
        : String.format(Locale.ROOT, "the character U+%04X, which YAML does not allow", character);
  }

  @Override
  public Mark getMark() {
    return new Mark(NAME, pointer, line, column, codePoints, pointer);
  }

  @Override
  public void forward() {
    forward(1);
  }

  @Override
  public void forward(int length) {
    for (int i = 0; i < length && pointer < codePoints.length; i++) {
      int c = codePoints[pointer++];
      boolean endsLine =
          Constant.LINEBR.has(c)
              || (c == '\r' && pointer < codePoints.length && codePoints[pointer] != '\n');
      if (endsLine) {
        line++;
        column = 0;
      } else if (c != BYTE_ORDER_MARK) {
        column++;
      }
    }
  }

  @Override
  public int peek() {
    return peek(0);
  }

  @Override
  public int peek(int ahead) {
    int at = pointer + ahead;
    return at < codePoints.length ? codePoints[at] : 0;
  }

  @Override
  public String prefix(int length) {
    return new String(codePoints, pointer, Math.min(length, codePoints.length - pointer));
  }

  @Override
  public String prefixForward(int length) {
    String prefix = prefix(length);
    pointer = Math.min(pointer + length, codePoints.length);
    column += length;
    return prefix;
  }

  @Override
  public int getColumn() {
    return column;
  }

  @Override
  public int getLine() {
    return line;
  }

  @Override
  public int getIndex() {
    return pointer;
  }

  @Override
  public int getDocumentIndex() {
    return pointer - documentStart;
  }

  @Override
  public void resetDocumentIndex() {
    documentStart = pointer;
  }
}
