package io.fairlead.server.admin;

import io.fairlead.server.admin.ProblemStatus.Kind;
import io.fairlead.server.admin.ProblemStatus.Severity;
import io.fairlead.server.tls.Certificates;
import io.fairlead.server.tls.TlsStatus;
import io.fairlead.server.xds.DeniedClient;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.stream.Collectors;

/** The problems of certificates, and of clients that are turned away or cut off. */
final class TlsProblems {
  // cert-manager renews when a third of the lifetime is left: by a fifth it has failed to.
  private static final int SHARE = 5;
  private static final Duration MAX_WARNING = Duration.ofDays(14);
  // An istiod that is refused comes back every few seconds.
  private static final Duration RECENT = Duration.ofMinutes(5);

  private static final String SHOW = "fairlead get certificates";

  private TlsProblems() {}

  static void certificates(AdminSource source, Instant now, Consumer<ProblemStatus> found) {
    for (TlsStatus tls : source.tls()) {
      expiry(tls, now, found);
      if (!tls.refusal().isEmpty()) {
        found.accept(
            new ProblemStatus(
                Severity.WARNING,
                Kind.CERTIFICATE_REFUSED,
                tls.listener(),
                "A changed certificate cannot be used, the former stays in force until "
                    + Certificates.date(tls.expiry())
                    + ": "
                    + tls.refusal()
                    + ".",
                "Mend the file; it is read again within seconds, without a restart.",
                SHOW,
                tls.refusedSince()));
      }
    }
  }

  private static void expiry(TlsStatus tls, Instant now, Consumer<ProblemStatus> found) {
    if (!tls.expiry().isAfter(now)) {
      found.accept(
          new ProblemStatus(
              Severity.CRITICAL,
              Kind.CERTIFICATE_EXPIRED,
              tls.listener(),
              "The certificate in "
                  + tls.certificate()
                  + " expired on "
                  + Certificates.date(tls.expiry())
                  + ": clients that connect anew refuse it.",
              "Write a valid certificate and key over the files; they are taken without a restart."
                  + " Streams that are open stay open.",
              SHOW,
              tls.expiry()));
    } else if (isSoon(tls.issued(), tls.expiry(), now)) {
      found.accept(
          new ProblemStatus(
              Severity.WARNING,
              Kind.CERTIFICATE_EXPIRES,
              tls.listener(),
              "The certificate in "
                  + tls.certificate()
                  + " expires on "
                  + Certificates.date(tls.expiry())
                  + ".",
              "Renew it, and look why it was not renewed by itself; a new file is taken without a"
                  + " restart. From then on clients that connect anew would refuse it.",
              SHOW,
              null));
    }
    Instant authorities = tls.authoritiesExpiry();
    if (authorities != null && isSoon(tls.issued(), authorities, now)) {
      found.accept(
          new ProblemStatus(
              authorities.isAfter(now) ? Severity.WARNING : Severity.CRITICAL,
              authorities.isAfter(now) ? Kind.CERTIFICATE_EXPIRES : Kind.CERTIFICATE_EXPIRED,
              tls.listener(),
              "The last authority in clientCa "
                  + (authorities.isAfter(now) ? "expires on " : "expired on ")
                  + Certificates.date(authorities)
                  + ": no certificate of a client is valid after that.",
              "Write a file with the next authority beside the present one.",
              SHOW,
              authorities.isAfter(now) ? null : authorities));
    }
  }

  private static boolean isSoon(Instant issued, Instant expiry, Instant now) {
    Duration share = Duration.between(issued, expiry).dividedBy(SHARE);
    Duration before = share.compareTo(MAX_WARNING) < 0 ? share : MAX_WARNING;
    return expiry.minus(before).isBefore(now);
  }

  static void denied(AdminSource source, Instant now, Consumer<ProblemStatus> found) {
    Map<Boolean, List<DeniedClient>> recent =
        source.denied().stream()
            .filter(client -> !ProblemFinder.isAgo(RECENT, client.last(), now))
            .collect(Collectors.partitioningBy(one -> one.reason() == DeniedClient.Reason.LIMIT));
    List<DeniedClient> denied = recent.getOrDefault(false, List.of());
    if (!denied.isEmpty()) {
      found.accept(
          denied(
              Kind.CLIENTS_DENIED,
              denied,
              " is turned away at port ",
              "If it is an istiod of this mesh, change what the message names; it keeps what it"
                  + " has, and gets nothing new."));
    }
    List<DeniedClient> cutOff = recent.getOrDefault(true, List.of());
    if (!cutOff.isEmpty()) {
      found.accept(
          denied(
              Kind.CLIENTS_CUT_OFF,
              cutOff,
              " was cut off at port ",
              "If it is an istiod of this mesh, look at its load and its log, or raise the key that"
                  + " the message names; anything else should not talk to this port."));
    }
  }

  private static ProblemStatus denied(
      Kind kind, List<DeniedClient> clients, String verb, String advice) {
    DeniedClient newest = clients.get(0);
    Instant since =
        clients.stream().map(DeniedClient::first).min(Instant::compareTo).orElse(newest.first());
    int more = clients.size() - 1;
    String others =
        more == 0 ? "" : more == 1 ? " So is another one." : " So are " + more + " others.";
    return new ProblemStatus(
        Severity.WARNING,
        kind,
        newest.node().isEmpty() ? newest.address() : newest.node(),
        "The client "
            + newest.address()
            + verb
            + newest.port()
            + ": "
            + newest.explanation()
            + "."
            + others,
        advice,
        "fairlead get denied",
        since);
  }
}
