package io.fairlead.aggregation;

import com.google.protobuf.ByteString;
import io.fairlead.conversion.ServiceStatus;
import io.fairlead.registry.ServiceId;
import io.fairlead.versioning.ResourceKey;
import java.util.Optional;

/** A loss that is not let through. Immutable. */
sealed interface HeldLoss {
  Subject subject();

  /** With which others it is decided about. */
  HeldGroup group();

  /** Number of endpoints before. */
  int before();

  /** Number of endpoints by the last word. */
  int now();

  /** From when on it was seen without a break. */
  Moment since();

  /** How it is shown. */
  HeldService shownAs();

  default Extent extent() {
    return Extent.lost(before(), now());
  }

  /**
   * A service.
   *
   * @param kept its endpoints to keep, as in {@link KeptEndpoints}
   * @param word the registry's last word about it; nothing: it is gone
   * @param served what is served instead
   * @param growth what it was before it grew while it was waited for; nothing: it did not grow
   */
  record OfService(
      HeldGroup group,
      ServiceId service,
      int before,
      ByteString kept,
      Optional<Taken> word,
      Taken served,
      Moment since,
      Optional<Growth> growth)
      implements HeldLoss {
    /**
     * A loss that grows while it is waited for: what was missing until then goes on being confirmed
     * as before, and what is missing since waits from its own start. So a loss that grows for ever
     * is not held for ever.
     *
     * @param left number of endpoints that the registry gave before
     * @param last when it grew last
     */
    record Growth(int left, Moment last) {}

    /**
     * A loss that is held from now on.
     *
     * @param served what was served of the service until now
     */
    static OfService of(
        HeldGroup group, Taken served, int before, Optional<Taken> word, Moment now) {
      ByteString kept = served.entry().orElseThrow().content().body();
      return new OfService(
          group,
          served.service(),
          before,
          kept,
          word,
          served(word, kept, served),
          now,
          Optional.empty());
    }

    /** The same after another word by which it still is a loss. */
    OfService after(Optional<Taken> next, Moment now) {
      if (next.equals(word)) {
        return this;
      }
      boolean grows = endpoints(next) < now();
      ByteString keep =
          grows
              ? KeptEndpoints.grown(
                  kept,
                  word.flatMap(Taken::entry).orElseThrow(),
                  next.flatMap(Taken::entry),
                  before)
              : kept;
      Optional<Growth> grown = growth.filter(before -> endpoints(next) < before.left());
      if (grows && !group.isRejected()) {
        grown = Optional.of(new Growth(growth.map(Growth::left).orElse(now()), now));
      }
      return new OfService(
          group, service, before, keep, next, served(next, keep, served), since, grown);
    }

    /** The loss without the endpoints that were missing before it grew: those are believed. */
    OfService withoutFirst() {
      Growth grown = growth.orElseThrow();
      ByteString keep =
          KeptEndpoints.trimmed(kept, word.flatMap(Taken::entry), grown.left() - now());
      Taken cut =
          new Taken(
              service,
              served.entry().map(entry -> KeptEndpoints.only(entry, keep)),
              ServiceStatus.HELD,
              served.findings(),
              served.instances());
      return new OfService(
          group,
          service,
          grown.left(),
          keep,
          word,
          served(word, keep, cut),
          grown.last(),
          Optional.empty());
    }

    private static Taken served(Optional<Taken> word, ByteString kept, Taken until) {
      if (word.isEmpty()) {
        return until;
      }
      Optional<CompactEntry> merged =
          word.get().entry().flatMap(entry -> KeptEndpoints.merge(entry, kept));
      return new Taken(
          until.service(),
          merged.or(until::entry),
          ServiceStatus.HELD,
          word.get().findings(),
          word.get().instances());
    }

    @Override
    public Subject subject() {
      return new Subject.OfService(service);
    }

    @Override
    public int now() {
      return endpoints(word);
    }

    @Override
    public HeldService shownAs() {
      return new HeldService(service, before, now(), word.isEmpty(), since.wall());
    }
  }

  /** A resource of a registry that left. */
  record OfResource(HeldGroup group, ResourceKey key, int before, Moment since)
      implements HeldLoss {
    @Override
    public Subject subject() {
      return new Subject.OfResource(key);
    }

    @Override
    public int now() {
      return 0;
    }

    @Override
    public HeldService shownAs() {
      return new HeldService(ServiceId.of(key.name()), before, 0, true, since.wall());
    }
  }

  /** Number of endpoints by a registry's word. */
  static int endpoints(Optional<Taken> word) {
    return word.filter(taken -> taken.status() == ServiceStatus.SERVED)
        .flatMap(Taken::entry)
        .map(CompactEntry::endpoints)
        .orElse(0);
  }
}
