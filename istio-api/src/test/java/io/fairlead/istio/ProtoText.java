package io.fairlead.istio;

import com.google.protobuf.Descriptors.Descriptor;
import com.google.protobuf.Descriptors.EnumDescriptor;
import com.google.protobuf.Descriptors.EnumValueDescriptor;
import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.Descriptors.FileDescriptor;
import com.google.protobuf.Descriptors.OneofDescriptor;
import java.util.Comparator;
import java.util.Locale;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * The text of a .proto file that declares what a file of Istio's declares: the same messages,
 * fields and enums with the same numbers and types, and nothing else of it, such as comments and
 * annotations.
 */
final class ProtoText {
  private final FileDescriptor file;
  private final StringBuilder text = new StringBuilder();

  private ProtoText(FileDescriptor file) {
    this.file = file;
  }

  /** The text for this file. */
  static String of(FileDescriptor file) {
    return new ProtoText(file).write();
  }

  private String write() {
    text.append("syntax = \"proto3\";\n\n")
        .append("// What Istio's file of this name declares, made by ")
        .append(IstioDescriptorsTest.class.getSimpleName())
        .append(".\n")
        .append("package ")
        .append(file.getPackage())
        .append(";\n\n");
    String imports =
        file.getMessageTypes().stream()
            .flatMap(ProtoText::used)
            .filter(used -> used != file)
            .map(FileDescriptor::getFullName)
            .distinct()
            .sorted()
            .map("import \"%s\";\n"::formatted)
            .collect(Collectors.joining());
    text.append(imports).append(imports.isEmpty() ? "" : "\n");
    text.append("option java_package = \"io.fairlead.%s\";\n".formatted(file.getPackage()))
        .append("option java_multiple_files = true;\n")
        .append("option java_outer_classname = \"%sProto\";\n".formatted(outerName()));
    file.getEnumTypes().forEach(type -> enumeration(type, ""));
    file.getMessageTypes().forEach(type -> message(type, ""));
    return text.toString();
  }

  /** The name of the class that stands for the file: its own in camel case. */
  private String outerName() {
    String base = file.getName().replaceFirst(".*/", "").replaceFirst("\\.proto$", "");
    return Stream.of(base.split("_"))
        .map(part -> part.substring(0, 1).toUpperCase(Locale.ROOT) + part.substring(1))
        .collect(Collectors.joining());
  }

  private static Stream<FileDescriptor> used(Descriptor message) {
    return Stream.concat(
        message.getNestedTypes().stream().flatMap(ProtoText::used),
        message.getFields().stream()
            .flatMap(
                field ->
                    switch (field.getJavaType()) {
                      case MESSAGE -> Stream.of(field.getMessageType().getFile());
                      case ENUM -> Stream.of(field.getEnumType().getFile());
                      default -> Stream.empty();
                    }));
  }

  private void message(Descriptor message, String indent) {
    String inner = indent + "  ";
    text.append('\n').append(indent).append("message ").append(message.getName()).append(" {\n");
    message.getEnumTypes().forEach(type -> enumeration(type, inner));
    message.getNestedTypes().stream()
        .filter(nested -> !nested.getOptions().getMapEntry())
        .forEach(nested -> message(nested, inner));
    message.getFields().stream()
        .filter(field -> field.getRealContainingOneof() == null)
        .forEach(field -> field(field, inner));
    message.getRealOneofs().forEach(oneof -> oneof(oneof, inner));
    text.append(indent).append("}\n");
  }

  private void oneof(OneofDescriptor oneof, String indent) {
    text.append(indent).append("oneof ").append(oneof.getName()).append(" {\n");
    oneof.getFields().forEach(field -> field(field, indent + "  "));
    text.append(indent).append("}\n");
  }

  private void field(FieldDescriptor field, String indent) {
    text.append(indent);
    if (field.isMapField()) {
      Descriptor entry = field.getMessageType();
      text.append("map<")
          .append(type(entry.findFieldByNumber(1)))
          .append(", ")
          .append(type(entry.findFieldByNumber(2)))
          .append('>');
    } else {
      if (field.isRepeated()) {
        text.append("repeated ");
      } else if (field.toProto().getProto3Optional()) {
        text.append("optional ");
      }
      text.append(type(field));
    }
    text.append(' ').append(field.getName()).append(" = ").append(field.getNumber());
    if (!field.getJsonName().equals(usualJsonName(field.getName()))) {
      text.append(" [json_name = \"").append(field.getJsonName()).append("\"]");
    }
    text.append(";\n");
  }

  /**
   * The JSON name that a compiler gives a field without one: an underscore raises the next letter.
   */
  private static String usualJsonName(String name) {
    StringBuilder json = new StringBuilder();
    boolean raise = false;
    for (char letter : name.toCharArray()) {
      if (letter == '_') {
        raise = true;
      } else {
        json.append(raise ? Character.toUpperCase(letter) : letter);
        raise = false;
      }
    }
    return json.toString();
  }

  private static String type(FieldDescriptor field) {
    return switch (field.getJavaType()) {
      case MESSAGE -> "." + field.getMessageType().getFullName();
      case ENUM -> "." + field.getEnumType().getFullName();
      default -> field.getType().name().toLowerCase(Locale.ROOT);
    };
  }

  private void enumeration(EnumDescriptor type, String indent) {
    text.append('\n').append(indent).append("enum ").append(type.getName()).append(" {\n");
    if (type.getOptions().getAllowAlias()) {
      text.append(indent).append("  option allow_alias = true;\n");
    }
    type.getValues().stream()
        .sorted(Comparator.comparingInt(EnumValueDescriptor::getIndex))
        .forEach(
            value ->
                text.append(indent)
                    .append("  ")
                    .append(value.getName())
                    .append(" = ")
                    .append(value.getNumber())
                    .append(";\n"));
    text.append(indent).append("}\n");
  }
}
