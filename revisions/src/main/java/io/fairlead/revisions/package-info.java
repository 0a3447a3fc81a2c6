/**
 * What one client sees of a snapshot: its Istio revision, its shard. A view copies nothing and
 * knows no network.
 */
@NullMarked
package io.fairlead.revisions;

import org.jspecify.annotations.NullMarked;
