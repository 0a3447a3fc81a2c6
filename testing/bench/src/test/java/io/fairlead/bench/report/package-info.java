@NullMarked
package io.fairlead.bench.report;

import org.jspecify.annotations.NullMarked;
