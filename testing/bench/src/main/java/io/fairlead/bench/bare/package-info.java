/** The baseline that the gateway is compared with: a gRPC server that only replays bytes. */
@NullMarked
package io.fairlead.bench.bare;

import org.jspecify.annotations.NullMarked;
