package io.fairlead.istio;

import com.google.protobuf.DescriptorProtos.FileDescriptorProto;
import com.google.protobuf.DescriptorProtos.FileDescriptorSet;
import com.google.protobuf.Descriptors.Descriptor;
import com.google.protobuf.Descriptors.DescriptorValidationException;
import com.google.protobuf.Descriptors.FileDescriptor;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Turns sets of serialized descriptors into linked ones and back. */
final class DescriptorSets {
  private DescriptorSets() {}

  /**
   * Links the files of a set, in which every file stands after the files that it imports.
   *
   * @return the files in the set's order
   * @throws IllegalArgumentException when an import is missing or a file is invalid
   */
  static List<FileDescriptor> link(FileDescriptorSet set) {
    Map<String, FileDescriptor> linked = new LinkedHashMap<>();
    for (FileDescriptorProto file : set.getFileList()) {
      List<FileDescriptor> imports = new ArrayList<>();
      for (String name : file.getDependencyList()) {
        FileDescriptor imported = linked.get(name);
        if (imported == null) {
          throw new IllegalArgumentException(
              "import of "
                  + file.getName()
                  + ": "
                  + name
                  + " (expected: a file earlier in the set)");
        }
        imports.add(imported);
      }
      try {
        linked.put(
            file.getName(), FileDescriptor.buildFrom(file, imports.toArray(FileDescriptor[]::new)));
      } catch (DescriptorValidationException e) {
        throw new IllegalArgumentException("file: " + file.getName(), e);
      }
    }
    return List.copyOf(linked.values());
  }

  /** The files and all that they import, each after its imports. */
  static FileDescriptorSet serialize(Collection<FileDescriptor> files) {
    Map<String, FileDescriptorProto> ordered = new LinkedHashMap<>();
    files.forEach(file -> add(file, ordered));
    return FileDescriptorSet.newBuilder().addAllFile(ordered.values()).build();
  }

  private static void add(FileDescriptor file, Map<String, FileDescriptorProto> ordered) {
    file.getDependencies().forEach(imported -> add(imported, ordered));
    ordered.putIfAbsent(file.getFullName(), file.toProto());
  }

  /**
   * The top-level messages of those files whose full names are given; unknown names are left out.
   */
  static List<Descriptor> messages(Collection<FileDescriptor> files, Collection<String> fullNames) {
    return files.stream()
        .flatMap(file -> file.getMessageTypes().stream())
        .filter(message -> fullNames.contains(message.getFullName()))
        .toList();
  }
}
