package io.fairlead.conversion;

import io.fairlead.conversion.rules.PartId;
import io.fairlead.conversion.rules.ServicePart;
import io.fairlead.conversion.rules.Shaping;
import io.fairlead.conversion.rules.Traffic;
import io.fairlead.registry.Instance;
import io.fairlead.registry.Service;
import io.fairlead.registry.ServiceId;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * The outcome of the conversion for one instance.
 *
 * @param instance the instance, as its registry reports it
 * @param endpoint address and port of the endpoint that it becomes; empty if it becomes none
 * @param leftOut why it becomes none; empty if it becomes one
 */
public record InstanceOutcome(
    Instance instance, Optional<String> endpoint, Optional<Reason> leftOut) {

  /**
   * Returns what becomes of each instance of a service, or of a part of it, for people who look for
   * one; if the service is refused, no endpoint is served all the same. Instances of other parts
   * are not among them.
   *
   * @param id the service, or one of its parts or aliases
   */
  public static List<InstanceOutcome> of(ConversionPolicy policy, Service service, ServiceId id) {
    Shaping shaping = new Converter(policy).explain(service);
    Shaping.Unselected unselected = shaping.unselected();
    if (unselected != null) {
      return service.instances().stream()
          .map(instance -> leftOut(instance, Reason.of(unselected)))
          .toList();
    }
    ServiceId wanted = policy.rules().isEmpty() ? id : PartId.partOf(id);
    Map<Instance, InstanceOutcome> outcomes = new IdentityHashMap<>();
    Set<Instance> elsewhere = Collections.newSetFromMap(new IdentityHashMap<>());
    for (ServicePart part : shaping.parts()) {
      if (!part.id().equals(wanted)) {
        part.service().instances().forEach(one -> elsewhere.add(shaping.original(one)));
        continue;
      }
      for (InstanceOutcome outcome : of(policy, part)) {
        Instance original = shaping.original(outcome.instance());
        outcomes.put(
            original, new InstanceOutcome(original, outcome.endpoint(), outcome.leftOut()));
      }
    }
    Map<String, Reason> reasons = new HashMap<>();
    shaping.notes().forEach(note -> reasons.put(note.subject(), Reason.of(note.kind())));
    List<InstanceOutcome> all = new ArrayList<>();
    for (Instance instance : service.instances()) {
      InstanceOutcome outcome = outcomes.get(instance);
      if (outcome != null) {
        all.add(outcome);
      } else if (!elsewhere.contains(instance)) {
        all.add(
            leftOut(instance, reasons.getOrDefault(instance.id(), Reason.INSTANCE_NOT_SELECTED)));
      }
    }
    return all;
  }

  private static List<InstanceOutcome> of(ConversionPolicy policy, ServicePart part) {
    List<Instance> instances = part.service().instances();
    Traffic traffic = part.traffic();
    if (traffic != null && traffic.workloadSelector() != null) {
      return instances.stream().map(one -> leftOut(one, Reason.REPLACED_BY_PODS)).toList();
    }
    return Candidates.outcomes(
        policy.loopback(), instances, traffic == null ? null : traffic.resolution());
  }

  private static InstanceOutcome leftOut(Instance instance, Reason reason) {
    return new InstanceOutcome(instance, Optional.empty(), Optional.of(reason));
  }
}
