/** The figures of a run, and their report. */
@NullMarked
package io.fairlead.bench.report;

import org.jspecify.annotations.NullMarked;
