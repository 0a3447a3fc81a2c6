/**
 * Resources, their versions, snapshots of them, the log of commits, and the loop that commits what
 * change sources have. Nothing here knows a registry, a network or what a resource means: a
 * resource is a type, a name and bytes.
 *
 * <p>Ownership: one thread commits ({@link io.fairlead.versioning.VersionedStore#commit}); everyone
 * else reads the immutable {@link io.fairlead.versioning.Snapshot} behind one volatile reference.
 */
@NullMarked
package io.fairlead.versioning;

import org.jspecify.annotations.NullMarked;
