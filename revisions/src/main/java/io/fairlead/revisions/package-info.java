/**
 * The views that clients have of a snapshot, by Istio revision and shard. A view copies nothing and
 * knows no network.
 */
@NullMarked
package io.fairlead.revisions;

import org.jspecify.annotations.NullMarked;
