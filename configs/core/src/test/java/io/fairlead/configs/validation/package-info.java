@NullMarked
package io.fairlead.configs.validation;

import org.jspecify.annotations.NullMarked;
