package io.fairlead.server.admin;

import java.time.Instant;
import java.util.Comparator;
import java.util.Locale;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * A problem that needs somebody now, as {@code fairlead doctor}, the console and the metrics show
 * it.
 *
 * @param severity how urgent it is
 * @param kind what it is, one of a fixed list
 * @param subject what it is about: a registry, a client, a transaction, a file; may be empty
 * @param message what happened, in whole sentences
 * @param advice what to do about it, and what becomes of it otherwise
 * @param command the command that shows more or ends it; empty if none does
 * @param since wall clock of its beginning; null if that is not known
 */
public record ProblemStatus(
    Severity severity,
    Kind kind,
    String subject,
    String message,
    String advice,
    String command,
    @Nullable Instant since) {
  /** The most urgent first; of equal ones the older. */
  static final Comparator<ProblemStatus> BY_URGENCY =
      Comparator.comparing(ProblemStatus::severity)
          .thenComparing(ProblemStatus::kind)
          .thenComparing(
              ProblemStatus::since, Comparator.nullsLast(Comparator.<Instant>naturalOrder()))
          .thenComparing(ProblemStatus::subject)
          .thenComparing(ProblemStatus::message);

  public ProblemStatus {
    Objects.requireNonNull(severity, "severity");
    Objects.requireNonNull(kind, "kind");
  }

  /** The urgency of a problem. */
  public enum Severity {
    /** A problem that puts something wrong into the mesh, now or soon: wake somebody. */
    CRITICAL,
    /** A problem that can wait for the day. */
    WARNING;

    /** Returns its name in metrics and JSON, in lower case. */
    public String label() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  /** The kind of a problem, in the order in which those of one severity are listed. */
  public enum Kind {
    /** Clients are not answered. */
    NOT_READY,
    /** The store is behind what is served: it is not on the disk. */
    STORE_NOT_DURABLE,
    /** A certificate has expired. */
    CERTIFICATE_EXPIRED,
    /** A client refuses what it is sent. */
    CLIENT_REFUSES,
    /** A registry cannot be read. */
    REGISTRY_FAILING,
    /** A registry was not read since the start; what is served of it is from before. */
    REGISTRY_UNREAD,
    /** A registry was not heard of for long, although nothing failed. */
    REGISTRY_STALE,
    /** A config source cannot be read. */
    CONFIGS_FAILING,
    /** A config source was not read since the start; what is served of it is from before. */
    CONFIGS_UNREAD,
    /** Removals wait for a confirmation, for other registries or for a decision. */
    REMOVALS_HELD,
    /** A changed configuration was refused. */
    RELOAD_REFUSED,
    /** An adapter that was dropped in cannot be used. */
    ADAPTER_LEFT_OUT,
    /** An operator's transaction lets all changes wait. */
    TRANSACTION_OPEN,
    /** No client is connected. */
    NO_CLIENT,
    /** Another gateway behind the same Service cannot be reached. */
    REPLICA_UNREACHABLE,
    /** Another gateway behind the same Service has served something else for long. */
    REPLICA_DIFFERS,
    /** A certificate expires soon. */
    CERTIFICATE_EXPIRES,
    /** The credential by which a registry is read, such as a token, expires soon. */
    CREDENTIAL_EXPIRES,
    /** A changed certificate cannot be used; the former stays. */
    CERTIFICATE_REFUSED,
    /** Clients are turned away before they are served. */
    CLIENTS_DENIED,
    /** Clients exceed a bound and are cut off. */
    CLIENTS_CUT_OFF,
    /** A client does not answer what it was sent. */
    CLIENT_LAGS,
    /** An adapter keeps something on a suspicion for long. */
    HOLD_LASTS,
    /** Changes of a registry come late, as it has more than can be watched. */
    CHANGES_LATE,
    /** Rules that a registry has for its own clients are not applied. */
    RULES_NOT_APPLIED,
    /** Services are refused for a fault. */
    SERVICES_REFUSED,
    /** Documents of a config source are refused for a fault. */
    DOCUMENTS_REFUSED,
    /** Services are not served, since another registry has their hosts. */
    HOSTS_SHADOWED,
    /** Hosts change too often. */
    HOSTS_DAMPED,
    /** Changed keys take effect at the next start. */
    RESTART_NEEDED;

    /** Returns its name in metrics and JSON, in lower case. */
    public String label() {
      return name().toLowerCase(Locale.ROOT);
    }
  }
}
