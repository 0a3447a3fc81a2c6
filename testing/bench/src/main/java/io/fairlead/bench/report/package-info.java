/** What was measured, and the report that says so. */
@NullMarked
package io.fairlead.bench.report;

import org.jspecify.annotations.NullMarked;
