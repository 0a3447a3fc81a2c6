package io.fairlead.server.tls;

import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A point-in-time status of the TLS of one listener.
 *
 * @param listener {@code xds} or {@code admin}
 * @param certificate the file that the certificate in force is from
 * @param names the DNS names and IP addresses in it
 * @param issued from when it is valid
 * @param expiry when it, or one of its chain, ends
 * @param authoritiesExpiry when the last authority of clients ends; null if there is none
 * @param loaded since when it is in force
 * @param refusal why the files are not in force as they are now; empty if they are
 * @param refusedSince since when; null if they are in force
 */
public record TlsStatus(
    String listener,
    Path certificate,
    List<String> names,
    Instant issued,
    Instant expiry,
    @Nullable Instant authoritiesExpiry,
    Instant loaded,
    String refusal,
    @Nullable Instant refusedSince) {
  public TlsStatus {
    names = List.copyOf(names);
  }
}
