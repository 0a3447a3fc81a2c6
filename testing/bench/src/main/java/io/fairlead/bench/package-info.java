/** Benchmarks of the gateway: scenarios over loopback and JMH, in one report. */
@NullMarked
package io.fairlead.bench;

import org.jspecify.annotations.NullMarked;
