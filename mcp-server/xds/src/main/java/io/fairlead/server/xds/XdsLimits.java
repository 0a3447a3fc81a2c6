package io.fairlead.server.xds;

import io.fairlead.common.Key;
import io.fairlead.common.KeyedRecord;
import java.time.Duration;

/** The bounds of what a client may ask before it is cut off, so that no client costs the others. */
public record XdsLimits(
    @Key(
            value =
                "longest wait for the answer to a response; also what a client has that stopped"
                    + " reading",
            defaultValue = "5m",
            min = "1s")
        Duration ackTimeout,
    @Key(
            value =
                "longest wait for the first request of a stream, and for the rest of a request that"
                    + " has begun",
            defaultValue = "30s",
            min = "1s")
        Duration requestTimeout,
    @Key(
            value = "most streams at a time, of all clients and over all ports",
            defaultValue = "10000",
            min = "1",
            max = "1000000")
        int streams,
    @Key(
            value = "most streams of one connection; istiod and Envoy open one",
            defaultValue = "100",
            min = "1",
            max = "1000000")
        int streamsPerConnection,
    @Key(
            value =
                "most streams of the connections from one address; an istiod has one for each"
                    + " shard",
            defaultValue = "2000",
            min = "1",
            max = "1000000")
        int streamsPerAddress,
    @Key(
            value =
                "size of the largest request, unpacked; an incremental client that comes back with"
                    + " 100,000 names sends about 11 MB, istiod about 1 kB",
            defaultValue = "16777216",
            min = "65536",
            max = "1073741824",
            expected = "a whole number of bytes from {range}")
        int requestBytes,
    @Key(
            value = "most requests a second on one stream, with bursts of as many",
            defaultValue = "1000",
            min = "10",
            max = "1000000")
        int requestsPerSecond,
    @Key(
            value = "most types that are asked for on one stream; istiod asks for about 20",
            defaultValue = "100",
            min = "1",
            max = "10000")
        int types,
    @Key(
            value =
                "most names on one stream, of all its types: those that are subscribed to, and those"
                    + " that a client that comes back says it holds",
            defaultValue = "200000",
            min = "1",
            max = "10000000")
        int names,
    @Key(
            value =
                "most memory that the requests of one connection may take: what has come of those"
                    + " that are not complete, those that wait, and the names that are remembered;"
                    + " at most half of bytes",
            defaultValue = "67108864",
            min = "1048576",
            max = "1073741824",
            expected = "a whole number of bytes from {range}")
        long bytesPerConnection,
    @Key(
            value =
                "the same, of all connections from one address; at most three quarters of bytes",
            defaultValue = "134217728",
            min = "1048576",
            max = "1073741824",
            expected = "a whole number of bytes from {range}")
        long bytesPerAddress,
    @Key(
            value = "the same, of all clients; at most a quarter of the heap",
            defaultValue = "268435456",
            min = "1048576",
            max = "1073741824",
            expected = "a whole number of bytes from {range}")
        long bytes) {
  /** What holds unless something else is configured. */
  public static final XdsLimits DEFAULT = KeyedRecord.of(XdsLimits.class).defaults();
}
