/**
 * The virtual IPs of hosts: an address for each, found again by every replica.
 *
 * <p>Why each host needs one at all: istiods up to 1.24 allocate an address inside their stored
 * copy of an entry that has none, after which the entry never equals the one that comes again, so
 * that a change of one endpoint is a full push to every proxy; later ones give such entries none,
 * so that proxies with DNS capture cannot resolve them (docs/istiod.md). Hence an address must be
 * there, must be unique, and must not change as long as anyone may remember it.
 *
 * <p>How it is chosen. An address must depend on as little as possible: not on the order in which
 * hosts came, not on the registry, not on this process, since two replicas serve the same istiods
 * and a gateway that lost its disk must find the same addresses again. So the SHA-256 of the host
 * names a place in the range. Ten thousand hosts in the 16.6 million usable addresses of a /8 still
 * give about three pairs that meet in one place (the birthday paradox), so each host has a whole
 * sequence of places: a first one and a step, both from the digest, which visits every address of
 * the range once (double hashing with a step that has no divisor in common with the size). Hosts
 * that have no address yet choose in the order of their digests, each taking the first free place
 * of its own sequence. The outcome depends on the set of hosts alone: whoever starts with the same
 * set, in whatever order it arrives within the commit, chooses alike.
 *
 * <p>Why choices are kept all the same. The rule alone would move hosts: when one that holds a
 * contested place goes, the next in line would step back to its first place, and a new host with a
 * smaller digest would push another from its place. Each move is a full push and, worse, proxies
 * may still send to the old address, which is now another service. So a choice, once made, stays
 * (it is written with the commit that first serves it), and outlives the host for a time, so that a
 * service that is gone over a night comes back to its own address. Replicas with different
 * histories can differ in those few contested places, and in no others.
 *
 * <p>When the range is full, the place of the host that has been gone the longest is given away;
 * when nobody is gone, the host is served without an address, counted, and tried again whenever a
 * place becomes free: an entry without an address is better than none.
 *
 * <p>{@link io.fairlead.aggregation.vip.VirtualAddressBook} knows hosts by their names and nothing
 * else. All of it is confined to the commit thread.
 */
@NullMarked
package io.fairlead.aggregation.vip;

import org.jspecify.annotations.NullMarked;
