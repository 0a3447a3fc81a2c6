package io.fairlead.aggregation;

import io.fairlead.registry.ServiceId;
import io.fairlead.versioning.Origin;
import io.fairlead.versioning.Resource;
import java.util.ArrayList;
import java.util.List;
import java.util.function.IntPredicate;

/**
 * The services that one entry was merged of, in the order of their endpoints in it. It is stored
 * with the resource, so that after a restart each registry is known to have its own part of it.
 * Immutable.
 *
 * @param all the services, the one first whose ports and labels the entry has; none if the entry is
 *     of one service that is not to be merged
 */
record MergedMembers(List<Member> all) {
  /** The members of an entry that is not merged: none. */
  static final MergedMembers NONE = new MergedMembers(List.of());

  private static final String KIND = "merged";
  private static final String ADDRESSED = "addressed";
  private static final int NUMBERS = 4;

  /**
   * A service.
   *
   * @param registry label of its registry
   * @param service the service
   * @param endpoints number of its endpoints in the entry
   */
  record Member(String registry, ServiceId service, int endpoints) {}

  MergedMembers {
    all = List.copyOf(all);
  }

  boolean isEmpty() {
    return all.isEmpty();
  }

  /** Returns the same with those endpoints only whose places in the entry meet a condition. */
  MergedMembers only(IntPredicate stays) {
    List<Member> left = new ArrayList<>(all.size());
    int place = 0;
    for (Member member : all) {
      int endpoints = 0;
      for (int i = 0; i < member.endpoints; i++) {
        endpoints += stays.test(place++) ? 1 : 0;
      }
      left.add(new Member(member.registry, member.service, endpoints));
    }
    return new MergedMembers(left);
  }

  /** Whether a resource was merged. */
  static boolean isOf(Resource resource) {
    return resource.origin().kind().equals(KIND);
  }

  /** Returns those of a resource; none if it was not merged. */
  static MergedMembers of(Resource resource) {
    return isOf(resource) ? parse(resource.origin().name()) : NONE;
  }

  /** Whether the addresses of a merged resource are a registry's own, and no virtual IPs. */
  static boolean isAddressed(Resource resource) {
    return resource.origin().place().endsWith(" " + ADDRESSED);
  }

  /**
   * Returns the form in the store.
   *
   * @param addressed whether the addresses of the entry are a registry's own
   */
  Origin toOrigin(boolean addressed) {
    StringBuilder text = new StringBuilder();
    for (Member member : all) {
      ServiceId id = member.service;
      text.append(member.registry).append(' ');
      text.append(member.endpoints).append(' ');
      text.append(id.namespace().length()).append(' ');
      text.append(id.group().length()).append(' ');
      text.append(id.name().length()).append(' ');
      text.append(id.namespace()).append(id.group()).append(id.name());
    }
    return new Origin(
        KIND, all.get(0).registry + " " + (addressed ? ADDRESSED : "virtual"), text.toString());
  }

  // The texts of an identity may have any characters, so their lengths stand before them.
  private static MergedMembers parse(String text) {
    List<Member> all = new ArrayList<>();
    int at = 0;
    while (at < text.length()) {
      int end = text.indexOf(' ', at);
      String registry = text.substring(at, end);
      int[] numbers = new int[NUMBERS];
      for (int i = 0; i < NUMBERS; i++) {
        at = end + 1;
        end = text.indexOf(' ', at);
        numbers[i] = Integer.parseInt(text, at, end, 10);
      }
      int group = end + 1 + numbers[1];
      int name = group + numbers[2];
      at = name + numbers[3];
      all.add(
          new Member(
              registry,
              new ServiceId(
                  text.substring(end + 1, group),
                  text.substring(group, name),
                  text.substring(name, at)),
              numbers[0]));
    }
    return new MergedMembers(all);
  }
}
