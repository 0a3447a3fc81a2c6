/**
 * The damping of hosts that change again and again: what is new about them has to wait.
 *
 * <p>Why at all. Each change of an entry is a push of every istiod to its proxies. A client that
 * registers and deregisters in a loop, a health check at its limit, two registries that take a host
 * from each other: each of them would keep the mesh pushing for ever. The debounce does not help,
 * it only makes it one push a second. So the cause does not matter here; what counts is what would
 * be published of one host, after all registries were merged.
 *
 * <p>What waits. A change is a loss if it only takes endpoints or whole resources away; everything
 * else is an addition: new endpoints, other weights, labels or ports, a resource that comes (back).
 * A loss never waits, since requests to an endpoint that is gone fail: while an addition waits, the
 * served entry goes on without the endpoints that the wanted one lacks, otherwise as it was, and a
 * host that goes goes at once. An addition that is late costs capacity, one that is early costs a
 * push.
 *
 * <p>What counts. Only what repeats itself: a rolling deployment of 100 instances is 200 changes
 * within a minute or two and none of them too many. If they counted, the old endpoints would leave
 * at once while the new ones wait, and the service would lose capacity in the middle of a
 * deployment, which is worse than all pushes that are saved. So a published change counts if
 *
 * <ul>
 *   <li>a socket or a resource comes back that had gone and come back before (a {@link FlapUnit};
 *       "before" is within the quiet time {@code R = max(window, max)}, and {@code max} longer for
 *       a host that is damped, since its waits keep away what would be back). In a rolling restart
 *       on fixed addresses each endpoint goes and comes back once, which does not count;
 *   <li>one goes that had come back within that time;
 *   <li>something else is altered (weights, labels, ports, locality, a resource's metadata) and
 *       nothing comes that was not there before. So a new version that is labelled in place, on
 *       endpoints that never leave, does count: its labels may be late, no endpoint is;
 *   <li>something is gained, and all that was gained within {@code window} is more than twice the
 *       most sockets that the host had in it, and {@code free} besides. That is the turnover: a
 *       deployment replaces each endpoint once, a client that registers under another address each
 *       second replaces one for ever and never repeats itself otherwise.
 * </ul>
 *
 * <p>How long. The first {@code free} changes that count within {@code window} are published as
 * they come, and all that do not count at any time, unless a wait is on. From then on the host is
 * damped: its next addition that counts (not only for what goes with it) begins a wait of {@code
 * first}, and each later one a wait twice as long as the one before, up to {@code max}. A wait has
 * a fixed end, however often the host changes meanwhile; then the newest state is published, not
 * those between, and nothing if it is what is served. A host that had neither a change that counts
 * nor a wait for the quiet time {@code R} is as good as new.
 *
 * <p>What a wait holds up besides. There is one clock for a host: while a wait is on, every
 * addition waits for its end, also of endpoints that do not flap. So while a host of which one
 * endpoint flaps is deployed, each new endpoint may be up to {@code max} late. But no resource is
 * served without endpoints for that: if the cut would leave none, or it has none, and a wanted
 * socket did not go within the time that is remembered, the newest state is published at once and
 * the wait goes on. That ends where the turnover does: each endpoint of a client that goes on
 * registering under new addresses is one that never went, and beyond the turnover they wait even if
 * the service is empty meanwhile.
 *
 * <p>What that bounds. Waits do not overlap, and after {@code L = ceil(log2(max / first))} of them
 * each lasts {@code max}. So a host that stays damped has at most {@code L + 1 + T / max} repeated
 * additions within any time {@code T}. A host that is not damped has at most {@code free} in any
 * {@code window}, and becomes so again only after {@code R}. Hence under any sequence of changes
 * the repeated additions within {@code T} are at most {@code free * (1 + T / window) + (L + 1) * (1
 * + T / R) + T / max}. Additions that repeat nothing, and those that leave no resource bare, each
 * gain something within the turnover: with at most {@code N} sockets at a time they are at most
 * {@code (2 * N + free) * (1 + T / window)}. That bounds a client that invents addresses, not to a
 * push a minute but to what a deployment has; among a fixed set of {@code K} sockets and resources
 * they are also at most {@code 2 * K * (1 + T / R)}, since each comes anew or back for the first
 * time at most once each in {@code R}. Between two additions each loss takes at least one endpoint
 * or resource of those that were served, so one endpoint that flaps has about two changes an
 * interval; a service that loses many endpoints one by one has as many losses, which is what must
 * never wait.
 *
 * <p>What it keeps. Only hosts that changed within the quiet time, found by name, and only what
 * they lost within it or got back, of one host at most {@value FlapMemory#MAX_UNITS} units: what
 * goes besides counts as new when it comes back, so among more endpoints that flap together only
 * those are noticed. Those that wait are in a queue by the end of their wait, so that no drain
 * looks at all hosts. Hosts that were not damped are forgotten on the way, without a timer of their
 * own. Nothing outlives the process, and where a host first appears nothing is remembered of that,
 * so a first whole view costs nothing.
 *
 * <p>The arrows point one way: {@link io.fairlead.aggregation.damping.FlapDamper} is told how a
 * host differs and says whether that waits; it knows neither registries nor entries. All state is
 * confined to the commit thread, but for the list of the hosts that wait.
 */
@NullMarked
package io.fairlead.aggregation.damping;

import org.jspecify.annotations.NullMarked;
