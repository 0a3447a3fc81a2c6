@NullMarked
package io.fairlead.nacos;

import org.jspecify.annotations.NullMarked;
