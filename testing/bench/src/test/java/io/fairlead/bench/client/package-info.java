@NullMarked
package io.fairlead.bench.client;

import org.jspecify.annotations.NullMarked;
