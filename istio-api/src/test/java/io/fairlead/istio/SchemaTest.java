package io.fairlead.istio;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.DescriptorProtos.DescriptorProto;
import com.google.protobuf.DescriptorProtos.EnumDescriptorProto;
import com.google.protobuf.DescriptorProtos.FieldDescriptorProto;
import com.google.protobuf.DescriptorProtos.FieldDescriptorProto.Label;
import com.google.protobuf.DescriptorProtos.FieldDescriptorProto.Type;
import com.google.protobuf.DescriptorProtos.FileDescriptorProto;
import com.google.protobuf.DescriptorProtos.FileDescriptorSet;
import com.google.protobuf.DescriptorProtos.OneofDescriptorProto;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The comparison finds each kind of difference, wherever it is. */
final class SchemaTest {
  private static final String NETWORKING = "istio.networking.v1alpha3.";

  /** Files whose names of messages and fields stand nowhere else, with a field of each sort. */
  private static final Set<String> SAMPLES =
      Set.of(
          "mcp/v1alpha1/metadata.proto",
          "mcp/v1alpha1/resource.proto",
          "networking/v1alpha3/service_entry.proto",
          "networking/v1alpha3/workload_entry.proto");

  private static final FileDescriptorSet OURS = DescriptorSets.serialize(ServedTypes.FILES);
  private static final Schema SCHEMA = ServedTypes.schemaIn(ServedTypes.FILES);

  @Test
  void differences_ofEqualSchemas_areNone() {
    assertThat(differences(OURS)).isEmpty();
  }

  @Test
  void differences_nameWhatIsDeclaredAndWhatIsExpected() {
    FileDescriptorSet istio =
        alterMessage(
            "ServicePort",
            message ->
                message.setField(
                    3, message.getField(3).toBuilder().setNumber(9).setJsonName("target")));

    assertThat(differences(istio))
        .containsExactly(
            NETWORKING
                + "ServicePort.target_port: field 4: UINT32, no presence, JSON targetPort"
                + " (expected: field 9: UINT32, no presence, JSON target)");
  }

  /** Each field of each message of some files, map entries among them. */
  static Stream<String> fields() {
    return OURS.getFileList().stream()
        .filter(file -> SAMPLES.contains(file.getName()))
        .flatMap(file -> file.getMessageTypeList().stream())
        .flatMap(
            message ->
                Stream.concat(
                    names("", message),
                    message.getNestedTypeList().stream()
                        .flatMap(nested -> names(message.getName() + ".", nested))));
  }

  private static Stream<String> names(String scope, DescriptorProto message) {
    return message.getFieldList().stream()
        .map(field -> scope + message.getName() + "." + field.getName());
  }

  @ParameterizedTest
  @MethodSource("fields")
  void differences_ofOneField_areFound(String name) {
    assertFound(name, field -> field.setNumber(1000));
    assertFound(name, field -> field.setJsonName("other"));
    assertFound(name, field -> field.setType(otherType(field)).clearTypeName());
  }

  @ParameterizedTest
  @MethodSource("ordinaryFields")
  void differences_ofRepetitionAndPresence_areFound(String name) {
    assertFound(
        name,
        field ->
            field.setLabel(
                field.getLabel() == Label.LABEL_REPEATED
                    ? Label.LABEL_OPTIONAL
                    : Label.LABEL_REPEATED));
    assertThat(differences(alterField(name, field -> field.setName("other"))))
        .anyMatch(line -> line.matches(".*\\." + name + ": .*expected: not declared\\)"))
        .anyMatch(line -> line.matches(".*\\.other: not declared .*"));
  }

  /**
   * The fields that are not a map or a map entry's, which a parser would refuse when altered so.
   */
  static Stream<String> ordinaryFields() {
    return fields()
        .filter(name -> name.indexOf('.') == name.lastIndexOf('.'))
        .filter(name -> !SCHEMA.facts().getOrDefault(fullName(name), "").contains(" map "));
  }

  @Test
  void differences_ofMissingField_areFoundBothWays() {
    FileDescriptorSet less = alterMessage("ServiceEntry", message -> message.removeField(0));
    FileDescriptorSet more =
        alterMessage(
            "ServicePort", message -> message.addField(field("expressions", 99, Type.TYPE_STRING)));

    assertThat(differences(less))
        .singleElement()
        .asString()
        .startsWith(NETWORKING + "ServiceEntry.hosts: field 1:")
        .endsWith("(expected: not declared)");
    assertThat(differences(more))
        .singleElement()
        .asString()
        .startsWith(NETWORKING + "ServicePort.expressions: not declared");
  }

  @Test
  void differences_ofNewMessageType_areFoundWithItsFields() {
    FileDescriptorSet istio =
        alterMessage(
            "ServicePort",
            message ->
                message
                    .addField(
                        field("extra", 5, Type.TYPE_MESSAGE)
                            .setTypeName("." + NETWORKING + "ServicePort.Extra"))
                    .addNestedType(
                        DescriptorProto.newBuilder()
                            .setName("Extra")
                            .addField(field("value", 1, Type.TYPE_STRING))));

    assertThat(differences(istio))
        .hasSize(3)
        .anyMatch(line -> line.startsWith(NETWORKING + "ServicePort.extra: "))
        .anyMatch(line -> line.startsWith(NETWORKING + "ServicePort.Extra: "))
        .anyMatch(line -> line.startsWith(NETWORKING + "ServicePort.Extra.value: "));
  }

  @Test
  void differences_ofMissingMessage_areFound() {
    FileDescriptorSet without =
        FileDescriptorSet.newBuilder()
            .addAllFile(
                OURS.getFileList().stream()
                    .filter(file -> !file.getPackage().equals("istio.mcp.v1alpha1"))
                    .toList())
            .build();

    assertThat(differences(without))
        .anyMatch(line -> line.startsWith("istio.mcp.v1alpha1.Resource: message in "))
        .anyMatch(line -> line.startsWith("istio.mcp.v1alpha1.Metadata.version: field 3:"));
  }

  @Test
  void differences_ofOtherMessageType_areFound() {
    assertThat(
            differences(
                alterField(
                    "ServiceEntry.endpoints",
                    field -> field.setTypeName("." + NETWORKING + "ServicePort"))))
        .singleElement()
        .asString()
        .contains("MESSAGE " + NETWORKING + "WorkloadEntry,")
        .contains("MESSAGE " + NETWORKING + "ServicePort,");
  }

  @Test
  void differences_ofOneof_areFound() {
    FileDescriptorSet istio =
        alterMessage(
            "ServicePort",
            message -> {
              message.addOneofDecl(OneofDescriptorProto.newBuilder().setName("target"));
              message.getFieldBuilder(3).setOneofIndex(0);
            });

    assertThat(differences(istio))
        .hasSize(2)
        .anyMatch(line -> line.startsWith(NETWORKING + "ServicePort.target: not declared"))
        .anyMatch(
            line -> line.endsWith("UINT32, oneof target, explicit presence, JSON targetPort)"));
  }

  @Test
  void differences_ofExplicitPresence_areFound() {
    FileDescriptorSet istio =
        alterMessage(
            "ServicePort",
            message -> {
              message.addOneofDecl(OneofDescriptorProto.newBuilder().setName("_target_port"));
              message.getFieldBuilder(3).setOneofIndex(0).setProto3Optional(true);
            });

    assertThat(differences(istio))
        .singleElement()
        .asString()
        .endsWith("(expected: field 4: UINT32, explicit presence, JSON targetPort)");
  }

  @Test
  void differences_ofEnumValues_areFound() {
    assertThat(differences(alterResolution(type -> type.removeValue(4))))
        .containsExactly(
            NETWORKING + "ServiceEntry.Resolution.DYNAMIC_DNS: value 4 (expected: not declared)");
    assertThat(differences(alterResolution(type -> type.getValueBuilder(1).setNumber(9))))
        .containsExactly(
            NETWORKING + "ServiceEntry.Resolution.STATIC: value 1 (expected: value 9)");
    assertThat(differences(alterResolution(type -> type.getValueBuilder(1).setName("FIXED"))))
        .containsExactly(
            NETWORKING + "ServiceEntry.Resolution.FIXED: not declared (expected: value 1)",
            NETWORKING + "ServiceEntry.Resolution.STATIC: value 1 (expected: not declared)");
  }

  @Test
  void differences_ofFile_areFound() {
    FileDescriptorSet.Builder set = OURS.toBuilder();
    for (FileDescriptorProto.Builder file : set.getFileBuilderList()) {
      if (file.getName().equals("mcp/v1alpha1/resource.proto")) {
        file.setName("mcp/v1/resource.proto");
      }
    }

    assertThat(differences(set.build()))
        .containsExactly(
            "istio.mcp.v1alpha1.Resource: message in mcp/v1alpha1/resource.proto"
                + " (expected: message in mcp/v1/resource.proto)");
  }

  @Test
  void link_withoutAnImport_isRefused() {
    FileDescriptorSet set =
        FileDescriptorSet.newBuilder()
            .addAllFile(
                OURS.getFileList().stream()
                    .filter(file -> !file.getName().equals("google/protobuf/any.proto"))
                    .toList())
            .build();

    assertThatThrownBy(() -> DescriptorSets.link(set))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("google/protobuf/any.proto");
  }

  private static void assertFound(String name, Consumer<FieldDescriptorProto.Builder> alteration) {
    assertThat(differences(alterField(name, alteration)))
        .anyMatch(line -> line.startsWith(fullName(name) + ": field "));
  }

  private static Type otherType(FieldDescriptorProto.Builder field) {
    return field.getType() == Type.TYPE_STRING ? Type.TYPE_BYTES : Type.TYPE_STRING;
  }

  private static FieldDescriptorProto.Builder field(String name, int number, Type type) {
    return FieldDescriptorProto.newBuilder()
        .setName(name)
        .setNumber(number)
        .setType(type)
        .setLabel(Label.LABEL_OPTIONAL);
  }

  private static List<String> differences(FileDescriptorSet istio) {
    return SCHEMA.differencesTo(ServedTypes.schemaIn(DescriptorSets.link(istio)));
  }

  private static String fullName(String name) {
    return SCHEMA.facts().keySet().stream()
        .filter(full -> full.endsWith("." + name))
        .findFirst()
        .orElseThrow();
  }

  private static FileDescriptorSet alterField(
      String name, Consumer<FieldDescriptorProto.Builder> alteration) {
    int dot = name.lastIndexOf('.');
    return alterMessage(
        name.substring(0, dot),
        message ->
            message.getFieldBuilderList().stream()
                .filter(field -> field.getName().equals(name.substring(dot + 1)))
                .forEach(alteration));
  }

  private static FileDescriptorSet alterResolution(
      Consumer<EnumDescriptorProto.Builder> alteration) {
    return alterMessage(
        "ServiceEntry",
        message ->
            message.getEnumTypeBuilderList().stream()
                .filter(type -> type.getName().equals("Resolution"))
                .forEach(alteration));
  }

  /** The set with one message altered, named "Message" or "Message.Nested". */
  private static FileDescriptorSet alterMessage(
      String name, Consumer<DescriptorProto.Builder> alteration) {
    FileDescriptorSet.Builder set = OURS.toBuilder();
    for (FileDescriptorProto.Builder file : set.getFileBuilderList()) {
      for (DescriptorProto.Builder message : file.getMessageTypeBuilderList()) {
        if (message.getName().equals(name)) {
          alteration.accept(message);
        }
        message.getNestedTypeBuilderList().stream()
            .filter(nested -> name.equals(message.getName() + "." + nested.getName()))
            .forEach(alteration);
      }
    }
    FileDescriptorSet altered = set.build();
    assertThat(altered).as("altered %s", name).isNotEqualTo(OURS);
    return altered;
  }
}
